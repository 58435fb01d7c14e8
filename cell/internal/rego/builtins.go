package rego

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// native are the builtins that OPA compiles into the module itself; a test
// compares them with the metadata of the OPA release in go.mod.
var native = []*ast.Builtin{
	ast.Abs, ast.And, ast.ArrayConcat, ast.ArrayFlatten, ast.ArrayReverse, ast.ArraySlice, ast.Assign,
	ast.Base64Decode, ast.Base64Encode, ast.Base64IsValid, ast.Base64UrlDecode, ast.Base64UrlEncode,
	ast.BitsAnd, ast.BitsNegate, ast.BitsOr, ast.BitsShiftLeft, ast.BitsShiftRight, ast.BitsXOr,
	ast.Ceil, ast.Concat, ast.Contains, ast.Count, ast.Divide, ast.EndsWith, ast.Equal, ast.Equality,
	ast.Floor, ast.FormatInt, ast.GlobMatch, ast.GreaterThan, ast.GreaterThanEq, ast.IndexOf,
	ast.InternalTemplateString, ast.Intersection, ast.IsArray, ast.IsBoolean, ast.IsNull, ast.IsNumber,
	ast.IsObject, ast.IsSet, ast.IsString, ast.JSONFilter, ast.JSONIsValid, ast.JSONMarshal,
	ast.JSONRemove, ast.JSONUnmarshal, ast.LessThan, ast.LessThanEq, ast.Lower, ast.Max, ast.Member,
	ast.MemberWithKey, ast.Min, ast.Minus, ast.Multiply, ast.NetCIDRContains, ast.NetCIDRIntersects,
	ast.NotEqual, ast.NumbersRange, ast.ObjectFilter, ast.ObjectGet, ast.ObjectKeys, ast.ObjectRemove,
	ast.ObjectUnion, ast.ObjectUnionN, ast.Or, ast.Plus, ast.Product, ast.ReachableBuiltin,
	ast.RegexFindAllStringSubmatch, ast.RegexIsValid, ast.RegexMatch, ast.Rem, ast.Replace,
	ast.ReplaceN, ast.Round, ast.SetDiff, ast.Sort, ast.Split, ast.StartsWith, ast.StringReverse,
	ast.Substring, ast.Sum, ast.ToNumber, ast.Trim, ast.TrimLeft, ast.TrimPrefix, ast.TrimRight,
	ast.TrimSpace, ast.TrimSuffix, ast.TypeNameBuiltin, ast.Union, ast.Upper, ast.WalkBuiltin,
}

// provided are the builtins that @open-policy-agent/opa-wasm implements for
// the module (src/builtins/). All are pure functions of their arguments.
var provided = []*ast.Builtin{
	ast.RegexSplit, ast.Sprintf, ast.YAMLIsValid, ast.YAMLMarshal, ast.YAMLUnmarshal,
}

// erased are gone when a module is planned: print is dropped, and a rule's own
// metadata becomes a constant.
var erased = []*ast.Builtin{ast.Print, ast.InternalPrint, ast.RegoMetadataChain, ast.RegoMetadataRule}

// forTests exist only where tests run.
var forTests = []*ast.Builtin{ast.InternalTestCase}

// capabilities are what a policy may use: no clock, network, randomness or
// environment among the builtins, and no remote $ref among the schemas.
func capabilities(extra ...*ast.Builtin) *ast.Capabilities {
	all := ast.CapabilitiesForThisVersion()
	all.Builtins = slices.SortedFunc(
		slices.Values(slices.Concat(native, provided, erased, extra)),
		func(a, b *ast.Builtin) int { return strings.Compare(a.Name, b.Name) })
	all.AllowNet = []string{}
	return all
}
