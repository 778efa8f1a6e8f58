package detect

// maxWord is the longest word that is looked up, in bytes.
const maxWord = 48

// Knowledge is everything that recognising rests on: dictionaries of names and lists of words. It does not change
// once loaded, and serves any number of goroutines.
type Knowledge struct {
	names *Dictionary
}

// Load reads the embedded knowledge.
func Load() (*Knowledge, error) {
	return &Knowledge{names: NewDictionary()}, nil
}
