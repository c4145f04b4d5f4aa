// Writes src/kube/protobuf/kube-types.ts: of which message types the protobuf of Kubernetes' built-in kinds is made. All of it
// is in the Go types and their tags, which kube-apiserver itself writes protobuf and JSON by. To make it again, in this folder:
//
//	go run . > ../../src/kube/protobuf/kube-types.ts
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
)

// Types whose JSON is not that of their fields.
var special = map[reflect.Type]string{
	reflect.TypeFor[metav1.Time]():          "time",
	reflect.TypeFor[metav1.MicroTime]():     "micro",
	reflect.TypeFor[resource.Quantity]():    "quantity",
	reflect.TypeFor[intstr.IntOrString]():   "intstr",
	reflect.TypeFor[runtime.RawExtension](): "raw",
}

var (
	stable    = regexp.MustCompile(`^v\d+$`)
	marshaler = reflect.TypeFor[json.Marshaler]()
	message   = reflect.TypeFor[interface{ Marshal() ([]byte, error) }]()
	managed   = reflect.TypeFor[[]metav1.ManagedFieldsEntry]()
	typeMeta  = reflect.TypeFor[metav1.TypeMeta]()
)

const header = `/**
 * The protobuf of Kubernetes' built-in kinds in stable versions, made of k8s.io/api v0.36.1 by scripts/kube-protobuf (go run . > this file). A line is
 * a message type with its fields as JSON has them - name:number:type -, or the apiVersion and kind of objects and their type. "-" is not written,
 * "+" is written in the place of its parent; "?" is left out when empty, "!" when it is a time of zero; ".X" is a message.
 */
export const kubeTypes = ` + "`\n%s\n`;\n"

type table struct {
	names map[reflect.Type]string
	taken map[string]bool
	lines []string
}

// The unit that has to be whole: where one of its types is not understood, nothing of it is kept.
func (t *table) try(root reflect.Type) (name string, err error) {
	names, taken, lines := clone(t.names), clone(t.taken), slices.Clone(t.lines)
	defer func() {
		if failure := recover(); failure != nil {
			t.names, t.taken, t.lines = names, taken, lines
			err = fmt.Errorf("%v", failure)
		}
	}()
	return t.message(root), nil
}

func (t *table) message(of reflect.Type) string {
	if name, ok := t.names[of]; ok {
		return name
	}
	if reflect.PointerTo(of).Implements(marshaler) {
		panic(fmt.Sprintf("%v writes its own JSON", of))
	}
	name := of.Name()
	for at := 2; t.taken[name]; at++ {
		name = fmt.Sprintf("%s%d", of.Name(), at)
	}
	t.names[of], t.taken[name] = name, true
	var fields []string
	for at := range of.NumField() {
		if field := t.field(of, of.Field(at)); field != "" {
			fields = append(fields, field)
		}
	}
	t.lines = append(t.lines, name+" "+strings.Join(fields, " "))
	return name
}

func (t *table) field(of reflect.Type, field reflect.StructField) string {
	if field.Type == typeMeta {
		return "" // Not in protobuf; and empty in the items of a list.
	}
	tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	parts := strings.Split(field.Tag.Get("protobuf"), ",")
	if len(parts) < 2 || !field.IsExported() || strings.Contains(options, "string") {
		panic(fmt.Sprintf("the tags of %v.%s are not understood", of, field.Name))
	}
	// What else the tag says is wrong in places: the code that kube-apiserver runs was generated from the Go types.
	number := parts[1]
	if tag == "-" || field.Type == managed {
		return "-:" + number + ":" + skipped(field.Type)
	}
	if tag == "" {
		if !field.Anonymous || field.Type.Kind() != reflect.Struct {
			panic(fmt.Sprintf("%v.%s has no name", of, field.Name))
		}
		return "+:" + number + ":" + t.value(of, field, field.Type)
	}
	kind, inner := "", field.Type
	if field.Type.Name() != "" && field.Type.Kind() != reflect.Struct && reflect.PointerTo(field.Type).Implements(message) {
		panic(fmt.Sprintf("%v.%s is a message of its own", of, field.Name))
	}
	switch {
	case special[field.Type] != "" || isBytes(field.Type):
	case inner.Kind() == reflect.Pointer:
		kind, inner = "*", inner.Elem()
	case inner.Kind() == reflect.Slice:
		kind, inner = "[]", inner.Elem()
	case inner.Kind() == reflect.Map && inner.Key().Kind() == reflect.String:
		kind, inner = "{}", inner.Elem()
	}
	left := ""
	if strings.Contains(options, "omitempty") {
		left = "?"
	}
	if strings.Contains(options, "omitzero") {
		if special[field.Type] != "time" {
			panic(fmt.Sprintf("%v.%s is left out when zero", of, field.Name))
		}
		left = "!"
	}
	return tag + ":" + number + ":" + kind + t.value(of, field, inner) + left
}

func (t *table) value(of reflect.Type, field reflect.StructField, value reflect.Type) string {
	switch kind := value.Kind(); {
	case special[value] != "":
		return special[value]
	case isBytes(value):
		return "bytes"
	case kind == reflect.Struct:
		if held, ok := value.FieldByName("TypeMeta"); ok && held.Type == typeMeta {
			panic(fmt.Sprintf("%v.%s says its type in JSON, and not in protobuf", of, field.Name))
		}
		return "." + t.message(value)
	case reflect.PointerTo(value).Implements(marshaler), reflect.PointerTo(value).Implements(message):
	case kind == reflect.String, kind == reflect.Int32, kind == reflect.Int64, kind == reflect.Bool:
		return kind.String()
	}
	panic(fmt.Sprintf("%v.%s has a type that is not understood: %v", of, field.Name, value))
}

// What is not written needs no more than its wire type.
func skipped(of reflect.Type) string {
	switch of.Kind() {
	case reflect.Int32, reflect.Int64, reflect.Bool:
		return "int64"
	}
	return "[]bytes"
}

func isBytes(of reflect.Type) bool {
	return of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Uint8
}

func clone[V any, K comparable](of map[K]V) map[K]V {
	made := make(map[K]V, len(of))
	for key, value := range of {
		made[key] = value
	}
	return made
}

func main() {
	t := &table{names: map[reflect.Type]string{}, taken: map[string]bool{}}
	t.lines = append(t.lines, "TypeMeta apiVersion:1:string? kind:2:string?") // Of runtime.Unknown.
	for _, of := range []reflect.Type{reflect.TypeFor[metav1.ListMeta](), reflect.TypeFor[metav1.Status]()} {
		if _, err := t.try(of); err != nil {
			panic(err)
		}
	}
	known := scheme.Scheme.AllKnownTypes()
	var lists []string
	found := map[string]reflect.Type{}
	for gvk, of := range known {
		items, ok := of.FieldByName("Items")
		if !ok || gvk.Kind == "List" || !strings.HasSuffix(gvk.Kind, "List") || !stable.MatchString(gvk.Version) || !strings.HasPrefix(of.PkgPath(), "k8s.io/api/") {
			continue
		}
		key := gvk.GroupVersion().String() + " " + strings.TrimSuffix(gvk.Kind, "List")
		lists = append(lists, key)
		found[key] = items.Type.Elem()
	}
	sort.Strings(lists)
	for _, key := range lists {
		name, err := t.try(found[key])
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", key, err)
			continue
		}
		t.lines = append(t.lines, key+" "+name)
	}
	fmt.Printf(header, strings.Join(t.lines, "\n"))
}
