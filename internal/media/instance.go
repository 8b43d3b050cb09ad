package media

// Instance says which daemon answers, to who follows several.
type Instance struct {
	ID   string `json:"id"`   // a UUID that the catalog keeps, through backup and restore too
	Name string `json:"name"` // for people; the configuration's
}
