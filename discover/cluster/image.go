package cluster

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"nightferry/internal/estate"
)

var digestForm = regexp.MustCompile(`sha256:[0-9a-f]{64}$`)

// digestOf is the digest at the end of an image's id or reference; empty where it has none.
func digestOf(id string) string { return digestForm.FindString(id) }

// imageOf takes a reference apart, with the defaults that every container runtime fills in.
func imageOf(reference string) estate.Image {
	image := estate.Image{Reference: reference, Digest: digestOf(reference)}
	rest := reference
	if before, _, pinned := strings.Cut(reference, "@"); pinned {
		rest = before
	}
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		rest, image.Tag = rest[:colon], rest[colon+1:]
	}
	registry, repository, found := strings.Cut(rest, "/")
	if !found || !strings.ContainsAny(registry, ".:") && registry != "localhost" {
		registry, repository = "docker.io", rest
		if !found {
			repository = "library/" + rest
		}
	}
	image.Registry, image.Repository = registry, repository
	if image.Digest != "" {
		image.Signature = registry + "/" + repository + ":" + strings.Replace(image.Digest, ":", "-", 1) + ".sig"
	} else if image.Tag == "" {
		image.Tag = "latest"
	}
	return image
}

// note keeps what Kyverno wrote of signatures: an annotation with a verdict by image.
func (f *facts) note(all ...meta) {
	for _, m := range all {
		var verdicts map[string]text
		if json.Unmarshal([]byte(m.Annotations["kyverno.io/verify-images"]), &verdicts) != nil {
			continue
		}
		for image, verdict := range verdicts {
			if verdict == "true" {
				verdict = "pass"
			}
			if len(f.verified) < mostItems {
				f.verified[clean(image)] = string(verdict) + " by kyverno"
			}
		}
	}
}

// images lists the images that workloads name, with what is known of each.
func (f *facts) images(list []estate.ClusterWorkload) []estate.Image {
	users := map[string][]string{}
	for _, w := range list {
		user := w.Kind + " " + w.Namespace + "/" + w.Name
		for _, c := range w.Containers {
			if c.Image != "" && !slices.Contains(users[c.Image], user) && len(users[c.Image]) < mostEntries {
				users[c.Image] = append(users[c.Image], user)
			}
		}
	}
	images := []estate.Image{}
	for _, reference := range slices.Sorted(maps.Keys(users)) {
		image := imageOf(reference)
		image.UsedBy = users[reference]
		slices.Sort(image.UsedBy)
		image.Running = slices.Sorted(slices.Values(f.running[reference]))
		image.Verified = cmp.Or(f.verified[reference], f.verified[image.Registry+"/"+image.Repository+"@"+image.Digest])
		images = append(images, image)
	}
	return images
}
