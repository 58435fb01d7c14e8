/** Small policies for tests, each a Rego file of a bundle. */

export const NO_MORE_THAN_FIVE = `package sluice.object.limits

deny contains {"msg": "too many replicas", "path": "spec.replicas"} if input.object.spec.replicas > 5
`;

/** Tells everything that it is shown, in each place that a policy can tell something. */
export const TELLS_ALL = `package sluice.object.tells

warn contains {
	"msg": sprintf("%v", [input]),
	"path": json.marshal(input.object),
	"remediation": sprintf("%v", [input.object]),
}

warn contains sprintf("%s: %v", [key, value]) if some key, value in input.object.data
`;

/** Two values for one rule, found out only when it is evaluated: the evaluation ends there. */
export const STOPS = `package sluice.object.stops

value := input.object.kind

value := input.object.metadata.name

deny contains "different" if value == "x"
`;

export const NOTHING_PASSES = `package sluice.object.nothing

deny contains "nothing passes" if input.object
`;
