package picture

import (
	"fmt"
	"strings"
)

// Dot writes the picture in the language of Graphviz.
func Dot(pic Picture) string {
	var b strings.Builder
	b.WriteString("digraph plan {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	fmt.Fprintf(&b, "  label=%s;\n", quoted(legend))
	for i, c := range pic.Columns {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s;\n", i+1, quoted(c.Wave+": "+c.Title))
		for _, box := range c.Boxes {
			fmt.Fprintf(&b, "    %s [label=%s];\n", box.ID, quoted(box.Name, box.kind()))
		}
		b.WriteString("  }\n")
	}
	for i, c := range pic.Columns[:max(0, len(pic.Columns)-1)] {
		fmt.Fprintf(&b, "  %s -> %s [style=invis];\n", c.Boxes[0].ID, pic.Columns[i+1].Boxes[0].ID) // keeps the waves in their order
	}
	for _, a := range pic.Arrows {
		style := "solid"
		if a.Crosses {
			style = "dashed, constraint=false" // arrows both ways between clusters are more than Graphviz can rank
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s, style=%s, penwidth=%d];\n", a.From, a.To, quoted(a.label()), style, a.width())
	}
	b.WriteString("}\n")
	return b.String()
}

// quoted is lines as one string of Graphviz, which knows backslashes, quotes and the entities of HTML.
func quoted(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")
	for i, line := range lines {
		lines[i] = escape.Replace(clean(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// Mermaid writes the picture in the language of Mermaid.
func Mermaid(pic Picture) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%%%% %s\nflowchart LR\n", legend)
	for i, c := range pic.Columns {
		fmt.Fprintf(&b, "  subgraph w%d[\"%s\"]\n", i+1, coded(c.Wave+": "+c.Title))
		for _, box := range c.Boxes {
			fmt.Fprintf(&b, "    %s[\"%s<br/>%s\"]\n", box.ID, coded(box.Name), coded(box.kind()))
		}
		b.WriteString("  end\n")
	}
	for i, a := range pic.Arrows {
		line := "-->"
		if a.Crosses {
			line = "-.->"
		}
		fmt.Fprintf(&b, "  %s %s|\"%s\"| %s\n", a.From, line, coded(a.label()), a.To)
		fmt.Fprintf(&b, "  linkStyle %d stroke-width:%dpx\n", i, a.width())
	}
	return b.String()
}

// coded writes everything that Mermaid or its Markdown could take for more than text as a character's number.
func coded(s string) string {
	var b strings.Builder
	for _, r := range clean(s) {
		if strings.ContainsRune("\"#&<>;|`*_[]{}()\\%", r) {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
