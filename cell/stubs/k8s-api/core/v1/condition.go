// Package v1 stands in for k8s.io/api/core/v1, of which kstatus uses one type.
// The whole package registers every kind of the core group when it is
// initialised, which would make the module seven megabytes larger. Where kstatus
// begins to use more of it, the cell no longer compiles.
package v1

// ConditionStatus is the status of a condition of any Kubernetes object.
type ConditionStatus string

const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)
