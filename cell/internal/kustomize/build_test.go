package kustomize

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"

type texts map[string]string

func build(t *testing.T, files texts, dir string) frame.Answer {
	t.Helper()
	request := frame.Request{Op: "kustomize.build", Args: json.RawMessage(fmt.Sprintf(`{"dir":%q}`, dir))}
	for path, content := range files {
		request.Files = append(request.Files, frame.File{Path: path, Content: []byte(content)})
	}
	answer, err := Build(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func rendered(t *testing.T, answer frame.Answer) string {
	t.Helper()
	if len(answer.Problems) > 0 {
		t.Fatalf("refused: %+v", answer.Problems)
	}
	return string(answer.Blobs[0])
}

func codes(answer frame.Answer) string {
	var list []string
	for _, p := range answer.Problems {
		list = append(list, string(p.Code))
	}
	return strings.Join(list, " ")
}

func TestBuildsAnOverlayOnABaseBesideIt(t *testing.T) {
	got := rendered(t, build(t, texts{
		"base/kustomization.yaml": "resources: [cm.yaml]",
		"base/cm.yaml":            configMap,
		"prod/kustomization.yaml": "namePrefix: p-\nresources: [../base]",
	}, "prod"))
	if want := `[{"apiVersion":"v1","data":{"k":"v"},"kind":"ConfigMap","metadata":{"name":"p-a"}}]`; got != want {
		t.Fatalf("got %s", got)
	}
}

func TestKeepsTheOrderOfTheResources(t *testing.T) {
	got := rendered(t, build(t, texts{
		"kustomization.yaml": "resources: [cm.yaml, ns.yaml]",
		"cm.yaml":            configMap,
		"ns.yaml":            "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n",
	}, "."))
	if strings.Index(got, "ConfigMap") > strings.Index(got, "Namespace") {
		t.Fatalf("reordered: %s", got)
	}
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		files texts
		want  problem.Code
	}{
		"no kustomization": {texts{"cm.yaml": configMap}, problem.NoKustomization},
		"https resource":   {texts{"kustomization.yaml": "resources: ['https://example.com/a.yaml']"}, problem.RemoteBase},
		"git over https":   {texts{"kustomization.yaml": "resources: ['https://example.com/o/r//d?ref=v1']"}, problem.RemoteBase},
		"bare github.com":  {texts{"kustomization.yaml": "resources: ['github.com/o/r?ref=v1']"}, problem.RemoteBase},
		"GitHub, spelled":  {texts{"kustomization.yaml": "resources: ['GitHub.com:o/r']"}, problem.RemoteBase},
		"git@":             {texts{"kustomization.yaml": "resources: ['git@example.com:o/r.git']"}, problem.RemoteBase},
		"ssh":              {texts{"kustomization.yaml": "resources: ['ssh://git@example.com/o/r']"}, problem.RemoteBase},
		"file URL":         {texts{"kustomization.yaml": "resources: ['file:///etc']"}, problem.RemoteBase},
		"user@host/path":   {texts{"kustomization.yaml": "resources: ['git@example.com/o/r']"}, problem.RemoteBase},
		"git::":            {texts{"kustomization.yaml": "resources: ['git::github.com/o/r']"}, problem.RemoteBase},
		"remote component": {texts{"kustomization.yaml": "components: ['https://example.com/c']"}, problem.RemoteBase},
		"remote patch":     {texts{"kustomization.yaml": "patches: [{path: 'https://example.com/p.yaml'}]"}, problem.RemoteBase},
		"remote file of a generator": {
			texts{"kustomization.yaml": "configMapGenerator: [{name: a, files: ['k=https://example.com/x']}]"},
			problem.RemoteBase,
		},
		"remote base of a base": {
			texts{
				"kustomization.yaml":   "resources: [b]",
				"b/kustomization.yaml": "resources: ['https://example.com/o/r//d']",
			},
			problem.RemoteBase,
		},
		"remote generator": {texts{"kustomization.yaml": "generators: ['https://example.com/g']"}, problem.RemoteBase},
		"helmCharts":       {texts{"kustomization.yaml": "helmCharts: [{name: c, repo: 'https://example.com'}]"}, problem.Helm},
		"helmChartInflationGenerator": {
			texts{"kustomization.yaml": "helmChartInflationGenerator: [{chartName: c}]"},
			problem.Helm,
		},
		"helm as a generator": {
			texts{
				"kustomization.yaml": "generators: [g.yaml]",
				"g.yaml":             "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: g}\nname: c\n",
			},
			problem.Helm,
		},
		"exec plugin": {
			texts{
				"kustomization.yaml": "generators: [g.yaml]",
				"g.yaml":             "apiVersion: example.com/v1\nkind: Exec\nmetadata: {name: g}\n",
			},
			problem.Plugin,
		},
		"container function": {
			texts{
				"kustomization.yaml": "resources: [cm.yaml]\ntransformers: [f.yaml]",
				"cm.yaml":            configMap,
				"f.yaml": "apiVersion: example.com/v1\nkind: F\nmetadata:\n  name: f\n  annotations:\n" +
					"    config.kubernetes.io/function: |\n      container: {image: example.com/f}\n",
			},
			problem.Plugin,
		},
		"inline exec transformer": {
			texts{
				"kustomization.yaml": "resources: [cm.yaml]\ntransformers:\n- |-\n  apiVersion: example.com/v1\n" +
					"  kind: F\n  metadata:\n    name: f\n    annotations:\n" +
					"      config.kubernetes.io/function: |\n        exec: {path: ./run}\n",
				"cm.yaml": configMap,
			},
			problem.Plugin,
		},
		"up and out":     {texts{"kustomization.yaml": "resources: ['../../etc/passwd']"}, problem.OutsideTree},
		"absolute":       {texts{"kustomization.yaml": "resources: ['/etc/passwd']"}, problem.OutsideTree},
		"out through in": {texts{"kustomization.yaml": "resources: ['a/../../etc/passwd']"}, problem.OutsideTree},
		"env file outside": {
			texts{"kustomization.yaml": "secretGenerator: [{name: a, envs: ['../../.env']}]"},
			problem.OutsideTree,
		},
		"missing resource":   {texts{"kustomization.yaml": "resources: [none.yaml]"}, problem.NotFound},
		"unknown field":      {texts{"kustomization.yaml": "resource: [cm.yaml]"}, problem.Malformed},
		"kustomization list": {texts{"kustomization.yaml": "- a"}, problem.Malformed},
		"broken resource": {
			texts{"kustomization.yaml": "resources: [cm.yaml]", "cm.yaml": "a: b: c"},
			problem.Malformed,
		},
		"duplicate key": {
			texts{"kustomization.yaml": "resources: [cm.yaml]", "cm.yaml": configMap + "data: {k: w}\n"},
			problem.Malformed,
		},
		"alias bomb": {
			texts{"kustomization.yaml": "resources: [cm.yaml]", "cm.yaml": configMap + aliasBomb("")},
			problem.Malformed,
		},
		"alias bomb in a patch": {
			texts{
				"kustomization.yaml": "resources: [cm.yaml]\npatches:\n- patch: |-\n    kind: ConfigMap\n" + aliasBomb("    "),
				"cm.yaml":            configMap,
			},
			problem.Malformed,
		},
		"integer past 2^53": {
			texts{
				"kustomization.yaml": "resources: [a.yaml]",
				"a.yaml":             "apiVersion: e/v1\nkind: A\nmetadata: {name: a}\nspec: {n: 9007199254740992}\n",
			},
			problem.UnsafeNumber,
		},
		"no object": {
			texts{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": "kind: A\n"},
			problem.BuildFailed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := codes(build(t, test.files, ".")); got != string(test.want) {
				t.Fatalf("got %q, want %s", got, test.want)
			}
		})
	}
}

func aliasBomb(indent string) string {
	bomb := indent + "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		bomb += fmt.Sprintf("%sa%d: &a%d [%s*a%d]\n", indent, i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 8), i-1)
	}
	return bomb
}

func TestReadsOnlyBelowTheKustomizationsFolder(t *testing.T) {
	files := texts{
		"secret.yaml":            configMap,
		"app/cm.yaml":            configMap,
		"app/kustomization.yaml": "resources: [../secret.yaml]",
	}
	if got := codes(build(t, files, "app")); got != string(problem.OutsideTree) {
		t.Fatalf("got %q", got)
	}
	files["app/kustomization.yaml"] = "resources: [cm.yaml]"
	rendered(t, build(t, files, "app"))
}

func TestNearMissesBuild(t *testing.T) {
	for name, files := range map[string]texts{
		"a folder with a dotted name": {
			"kustomization.yaml":             "resources: [example.com]",
			"example.com/kustomization.yaml": "resources: [cm.yaml]",
			"example.com/cm.yaml":            configMap,
		},
		"a built-in plugin": {
			"kustomization.yaml": "resources: [cm.yaml]\ntransformers: [t.yaml]",
			"cm.yaml":            configMap,
			"t.yaml":             "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: t, namespace: n}\n",
		},
		"an inline patch": {
			"kustomization.yaml": "resources: [cm.yaml]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: a}\n    data: {k: w}\n",
			"cm.yaml":            configMap,
		},
		"a URL in a value": {
			"kustomization.yaml": "configMapGenerator: [{name: a, literals: ['u=https://example.com']}]",
		},
		"names that look remote": {
			"kustomization.yaml":        "resources: [app@v1.yaml, app@v2]",
			"app@v1.yaml":               configMap,
			"app@v2/kustomization.yaml": "namePrefix: v2-\nresources: [a.yaml]",
			"app@v2/a.yaml":             configMap,
		},
		"names that git allows": {
			"kustomization.yaml": "resources: ['a b/ü+@,c..d.yaml']",
			"a b/ü+@,c..d.yaml":  configMap,
		},
		"an alias": {
			"kustomization.yaml": "resources: [cm.yaml]",
			"cm.yaml":            configMap + "x: &x [1]\ny: [*x, *x]\n",
		},
		"the last safe integer": {
			"kustomization.yaml": "resources: [a.yaml]",
			"a.yaml":             "apiVersion: e/v1\nkind: A\nmetadata: {name: a}\nspec: {n: 9007199254740991}\n",
		},
	} {
		t.Run(name, func(t *testing.T) { rendered(t, build(t, files, ".")) })
	}
}

// kyaml keeps the schema in a global; with the schema of the first build, the
// second would merge its list by another key.
func TestABuildDoesNotChangeTheNext(t *testing.T) {
	patched := func(extra string) texts {
		return texts{
			"kustomization.yaml": "resources: [a.yaml]\n" + extra +
				"patches:\n- patch: |-\n    apiVersion: example.com/v1\n    kind: A\n    metadata: {name: a}\n" +
				"    spec: {items: [{id: x, v: 2}]}\n",
			"a.yaml":      "apiVersion: example.com/v1\nkind: A\nmetadata: {name: a}\nspec: {items: [{id: x, v: 1}, {id: y, v: 1}]}\n",
			"schema.json": customSchema,
		}
	}
	before := rendered(t, build(t, patched(""), "."))
	custom := rendered(t, build(t, patched("openapi: {path: schema.json}\n"), "."))
	after := rendered(t, build(t, patched(""), "."))
	if custom == before {
		t.Fatal("the schema has no effect, so that this test shows nothing")
	}
	if after != before {
		t.Fatalf("before %s\nafter  %s", before, after)
	}
}

const customSchema = `{"definitions":{"v1.A":{"type":"object","properties":{
  "apiVersion":{"type":"string"},"kind":{"type":"string"},"metadata":{"type":"object"},
  "spec":{"type":"object","properties":{"items":{"type":"array","x-kubernetes-patch-merge-key":"id",
    "x-kubernetes-patch-strategy":"merge","items":{"type":"object","properties":{"id":{"type":"string"},"v":{"type":"integer"}}}}}}},
  "x-kubernetes-group-version-kind":[{"group":"example.com","kind":"A","version":"v1"}]}}}`

func TestAFileThatIsAFolderIsAFault(t *testing.T) {
	_, err := Build(frame.Request{Args: json.RawMessage(`{}`), Files: []frame.File{{Path: "a"}, {Path: "a/b"}}})
	if err == nil {
		t.Fatal("accepted")
	}
}
