/** Small policies for tests, each a Rego file of a bundle. */

export const NO_MORE_THAN_FIVE = `package sluice.object.limits

deny contains {"msg": "too many replicas", "path": "spec.replicas"} if input.object.spec.replicas > 5
`;
