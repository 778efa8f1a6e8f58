package detect

// Knowledge is everything that recognising rests on: dictionaries of names and lists of words. It does not change
// once loaded, and serves any number of goroutines.
type Knowledge struct {
	Names *Dictionary
	words map[string]lists
	fold  *foldTable
}

// Load reads the embedded knowledge.
func Load() (*Knowledge, error) {
	names, err := LoadDictionary()
	if err != nil {
		return nil, err
	}
	words, err := loadLists()
	if err != nil {
		return nil, err
	}
	return &Knowledge{Names: names, words: words, fold: newFoldTable()}, nil
}
