package drift

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// keysOf names the fields by which a thing of a section is known again. Things of other sections are known by all
// that is in them.
func keysOf(section string) []string {
	switch section {
	case "listeners":
		return []string{"protocol", "address", "port"}
	case "processes":
		return []string{"program", "user", "unit"}
	case "schedules":
		return []string{"where", "when", "user", "program"}
	case "mounts":
		return []string{"target"}
	case "certificates":
		return []string{"where"}
	case "names":
		return []string{"address"}
	case "applications":
		return []string{"kind"}
	case "routes":
		return []string{"proxy", "names", "listen"}
	case "containers":
		return []string{"runtime", "programs"}
	case "folders", "files", "changed_files", "filestores", "odoo_modules":
		return []string{"path"}
	case "commands":
		return []string{"where", "program"}
	case "safeguards":
		return []string{"kind"}
	case "backups":
		return []string{"tool", "where"}
	case "sudo_rules":
		return []string{"who", "as"}
	case "configurations":
		return []string{"product", "file"}
	case "users", "api_keys":
		return []string{"login"}
	case "views", "queues":
		return []string{"model"}
	case "reports":
		return []string{"model", "name"}
	case "workloads", "admission_policies", "quotas", "issuers", "backup_schedules", "gitops", "secret_stores", "monitoring":
		return []string{"kind", "namespace", "name"}
	case "ingresses":
		return []string{"namespace", "name", "host"}
	case "images":
		return []string{"reference"}
	case "tables", "sequences":
		return []string{"schema", "name"}
	case "providers":
		return []string{"kind", "name"}
	}
	return []string{"namespace", "name"} // only things of a Kubernetes cluster have the first
}

// ignored tells what moves by itself: a section, or with a field a property of its things.
func ignored(section, field string) bool {
	switch field {
	case "":
		return section == "connections" || section == "clients" || section == "load" || section == "attachments" ||
			section == "queues" || section == "backup_runs"
	case "last_run", "next_run", "next_call", "used_bytes", "count", "newest", "oldest", "last_login", "archived", "last_archived",
		"failed", "last_failed", "last_value", "rows", "bytes", "size_bytes", "signs", "patterns", "id", "modified", "lists_at",
		"xid_age", "multixact_age", "retained_bytes", "lag_bytes", "heap_bytes", "index_bytes", "toast_bytes":
		return section != "disks" || field != "size_bytes"
	case "files":
		return section == "wal"
	case "ready":
		return section == "workloads" || section == "databases"
	case "allowed", "last", "checked":
		return section == "disruption_budgets" || section == "backup_schedules" || section == "backup_locations"
	}
	return false
}

// byKey finds things by their keys. Where several share one, they are numbered, so that none is lost.
func byKey(section string, list []any) map[string]any {
	found := map[string]any{}
	for _, thing := range list {
		key := keyOf(section, thing)
		for n, name := 2, key; ; n++ {
			if _, taken := found[name]; !taken {
				found[name] = thing
				break
			}
			name = key + " (" + strconv.Itoa(n) + ")"
		}
	}
	return found
}

func keyOf(section string, thing any) string {
	fields, ok := thing.(map[string]any)
	if !ok {
		return scalar(thing)
	}
	var words []string
	for _, name := range keysOf(section) {
		if word := scalar(fields[name]); word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// flat lists the properties of a value by name: "memory_bytes", and "settings.workers" of a list of names and values.
func flat(value any) map[string]string {
	found := map[string]string{}
	flatten(found, "", value)
	return found
}

func flatten(found map[string]string, name string, value any) {
	under := func(part string) string {
		if name == "" {
			return part
		}
		return name + "." + part
	}
	switch v := value.(type) {
	case map[string]any:
		for part, inner := range v {
			flatten(found, under(part), inner)
		}
	case []any:
		if !named(v) {
			found[name] = scalar(v)
			return
		}
		for key, thing := range byKey("", v) {
			flatten(found, under(key), valueOf(thing))
		}
	case nil:
	default:
		found[name] = scalar(v)
	}
}

// named tells a list of names and values.
func named(list []any) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(thing any) bool {
		fields, ok := thing.(map[string]any)
		return !ok || fields["name"] == nil || fields["value"] == nil
	})
}

// scalar writes a value on one line.
func scalar(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		words := make([]string, len(v))
		for i, inner := range v {
			words[i] = scalar(inner)
		}
		return strings.Join(words, ", ")
	}
	text, _ := json.Marshal(value) //nolint:errchkjson // it came out of JSON
	return string(text)
}

// differences lists the properties that differ, in order of name.
func differences(section string, was, is map[string]string) []Field {
	var fields []Field
	for _, name := range slices.Sorted(maps.Keys(union(was, is))) {
		if was[name] != is[name] && !ignored(section, name) {
			fields = append(fields, Field{cmp.Or(name, section), was[name], is[name]})
		}
	}
	return fields
}
