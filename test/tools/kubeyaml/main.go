// Command kubeyaml prints, as JSON, what Kubernetes' own YAML reader takes standard input for.
package main

import (
	"io"
	"log"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	json, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(json); err != nil {
		log.Fatal(err)
	}
}
