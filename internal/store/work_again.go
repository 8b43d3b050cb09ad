package store

import "context"

// AnalyseAgain puts items that are there on the analyzer's list, as if their files had just come, and returns how many
// are. What is known of them stays until they have been read.
func (s *Store) AnalyseAgain(ctx context.Context, ids []int64) (n int, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		n = 0
		for _, id := range ids {
			it, found, err := tx.Item(id)
			if err != nil {
				return err
			}
			if !found || it.State != Present {
				continue
			}
			old := it
			it.RetryAt, it.Attempts, it.Work = 0, 0, Analyse
			if it.Analysis == None { // an empty file: there is only its name, and what lies beside it
				it.Work = Describe
			}
			if err := tx.SaveQuietly(&old, &it); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
