// SPDX-License-Identifier: Apache-2.0

package record

// used is what one owner takes of the store's room.
type used struct{ records, bytes int }

// room keeps a store within its limits. Half of it is divided into shares, one for each
// owner there may be: nobody else can take those. The rest is for whoever comes.
type room struct {
	limits Limits
	share  used // of one owner
	common used // what owners may take beyond their shares, together
	beyond used // what they take of it
	used
}

func newRoom(l Limits) room {
	share := used{l.Records / 2 / l.Owners, l.Bytes / 2 / l.Owners}
	return room{
		limits: l, share: share,
		common: used{l.Records - share.records*l.Owners, l.Bytes - share.bytes*l.Owners},
	}
}

// over returns what u is beyond a share.
func (m *room) over(u used) used {
	return used{max(u.records-m.share.records, 0), max(u.bytes-m.share.bytes, 0)}
}

// add counts n more records of o and size more bytes, which may be negative.
func (m *room) add(o *owner, n, size int) {
	m.shift(m.over(o.used), -1)
	o.records += n
	o.bytes += size
	m.records += n
	m.bytes += size
	m.shift(m.over(o.used), +1)
}

func (m *room) shift(u used, sign int) {
	m.beyond.records += sign * u.records
	m.beyond.bytes += sign * u.bytes
}

// admits says why o may not have n more records and size more bytes; zero: it may. What does
// not grow always may, so a tombstone always takes the place of what it deletes.
func (m *room) admits(o *owner, n, size int) Reason {
	before, after := m.over(o.used), m.over(used{o.records + n, o.bytes + size})
	switch {
	case n > 0 && o.records+n > m.limits.OwnerRecords:
		return ReasonOwnerRecords
	case size > 0 && o.bytes+size > m.limits.OwnerBytes:
		return ReasonOwnerBytes
	case after.records > before.records && m.beyond.records-before.records+after.records > m.common.records:
		return ReasonRecords
	case after.bytes > before.bytes && m.beyond.bytes-before.bytes+after.bytes > m.common.bytes:
		return ReasonBytes
	}
	return 0
}
