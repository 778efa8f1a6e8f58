package validate

// ForceHash makes a comparison hash in a way that these servers would not need: "record", "array" or "text".
func ForceHash(o *Options, hash string) { o.force = mode(hash) }
