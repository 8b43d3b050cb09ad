// Package postgres keeps what a hub holds of its sources in PostgreSQL, and gives it to the API and the feed as the
// store of one daemon gives its catalog.
//
// # In
//
// A source's feed is taken in by groups ([Catalog.Apply]): rows, tombstones and the cursor behind them are one
// transaction, which goes on from the cursor that the group was read behind and from no other. So whatever is killed
// where, a group is taken in once, and the order of a source is that of its feed: no number of a source's is compared
// with anything.
//
// An item's id is the number of its catalog and its id there, so it need not be remembered to be the same for as long
// as the item lives. A catalog is one instance behind a source's name; a replaced daemon is another catalog, whose
// items take the places of the former's path by path.
//
// # Numbers
//
// Whoever changes items locks the one row of the table hub, takes numbers behind its head and moves it, in the same
// transaction. So transactions that give numbers end one after the other, and the head that a reader sees has nothing
// below it that is still to come. A sequence would be faster, and hand out numbers that are committed in any order;
// readers would then have to know which transactions are under way. Before the lock a group is prepared and copied
// to a table of the connection's own, which takes most of the time.
//
// # Out
//
// Readers see one snapshot a page. A notification says only that there is more; what there is, rows tell.
package postgres
