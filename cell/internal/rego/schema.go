package rego

import (
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Packages that the gate evaluates are data.sluice.<kind>.<name>.
const (
	packageRoot = "sluice"
	objectKind  = "object"
	changeKind  = "change"
)

var kinds = []string{objectKind, changeKind}

// typing gives each kind of package the schema of its input. The annotation
// stands on the parent package with scope `subpackages`, so that an author's
// own annotations are left as they are.
func typing(schemas map[string]any) (map[string]*ast.Module, *ast.SchemaSet) {
	modules, set := map[string]*ast.Module{}, ast.NewSchemaSet()
	for _, kind := range kinds {
		schema, given := schemas[kind]
		if !given {
			continue
		}
		set.Put(ast.MustParseRef("schema."+kind), schema)
		name := fmt.Sprintf("(schema of input for %s.%s)", packageRoot, kind)
		text := fmt.Sprintf(
			"# METADATA\n# scope: subpackages\n# schemas:\n#   - input: schema.%s\npackage %s.%s\n",
			kind, packageRoot, kind)
		modules[name] = ast.MustParseModuleWithOpts(text, ast.ParserOptions{
			ProcessAnnotation: true,
			RegoVersion:       ast.RegoV1,
		})
	}
	return modules, set
}

// gatePackage returns the kind and name of data.sluice.<kind>.<name>.
func gatePackage(path ast.Ref) (kind, name string, is bool) {
	if len(path) != 4 || !path[1].Equal(ast.StringTerm(packageRoot)) {
		return "", "", false
	}
	kindOf, isString := path[2].Value.(ast.String)
	nameOf, alsoString := path[3].Value.(ast.String)
	if !isString || !alsoString || !slices.Contains(kinds, string(kindOf)) {
		return "", "", false
	}
	return string(kindOf), string(nameOf), true
}
