package filter

import "math"

// Facts are what is known of one item or work. What is not asked for may be left out.
type Facts struct {
	texts               [texts][]string
	numbers             [fields - texts]int64
	known               uint32
	latitude, longitude float64
	located             bool
}

// Add gives a field a value beside those that it has.
func (f *Facts) Add(field Field, value string) {
	if value != "" {
		f.texts[field] = append(f.texts[field], value)
	}
}

// Set gives a field its number.
func (f *Facts) Set(field Field, n int64) {
	f.numbers[field-texts] = n
	f.known |= 1 << (field - texts)
}

// Locate gives it a place on Earth.
func (f *Facts) Locate(latitude, longitude float64) {
	f.latitude, f.longitude, f.located = latitude, longitude, true
}

// Texts are a field's values; none: it is unknown.
func (f *Facts) Texts(field Field) []string { return f.texts[field] }

// Number is a field's number.
func (f *Facts) Number(field Field) (n int64, known bool) {
	return f.numbers[field-texts], f.known&(1<<(field-texts)) != 0
}

// Clear forgets all but the room that the texts take.
func (f *Facts) Clear() {
	for i := range f.texts {
		f.texts[i] = f.texts[i][:0]
	}
	f.known, f.located = 0, false
}

// Longest is the longest of durations.
const Longest = 0x7FEFFFFFFFFFFFFF

// Seconds is a duration as Facts and Span have it: a whole number that rises with it.
func Seconds(s float64) int64 { return int64(math.Float64bits(max(s, 0))) } //nolint:gosec // no sign: below 1<<63

// ToSeconds is what Seconds was given.
func ToSeconds(n int64) float64 { return math.Float64frombits(uint64(n)) } //nolint:gosec // no sign

// Located is the place on Earth.
func (f *Facts) Located() (latitude, longitude float64, known bool) {
	return f.latitude, f.longitude, f.located
}
