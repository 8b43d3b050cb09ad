package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// PDF's standard security handler (ISO 32000-2, 7.6). Most encrypted PDFs only forbid printing and the
// like: they open with an empty user password, and so do their titles.

// padding is the password that an empty one is padded to (algorithm 2).
const padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

type method uint8

const (
	identity method = iota
	pdfRC4
	aes128
	aes256
)

// crypt decrypts. A nil one leaves everything as it is.
type crypt struct {
	key       []byte
	forString method
	forStream method
	metadata  bool // whether the XMP stream is encrypted
	locked    bool // the empty password does not open it
}

// newPDFCrypt reads an encryption dictionary and the file's first identifier.
func newPDFCrypt(w *window.Window, d object, id []byte) *crypt {
	c := &crypt{metadata: true}
	version, revision := d.get("V").n, d.get("R").n
	if m := d.get("EncryptMetadata"); m.kind == pdfBool && m.n == 0 {
		c.metadata = false
	}
	c.forString, c.forStream = pdfRC4, pdfRC4
	if version >= 4 {
		c.forString, c.forStream = filterMethod(d, "StrF"), filterMethod(d, "StmF")
	}
	owner, user := d.get("O").text, d.get("U").text
	switch {
	case !d.get("Filter").isName("Standard") || len(owner) < 32 || len(user) < 32:
	case revision >= 5 && len(user) >= 48:
		c.key = key256(w, user, d.get("UE").text, d.get("Perms").text, revision)
	case revision >= 2 && revision <= 4:
		length := int(d.get("Length").n / 8)
		switch {
		case revision == 2:
			length = 5
		case version == 4:
			length = 16
		case length < 5 || length > 16:
			length = 5
		}
		c.key = key128(owner, user, uint32(d.get("P").n), id, revision, length, c.metadata)
	}
	c.locked = c.key == nil
	return c
}

// filterMethod returns the method of the crypt filter that a dictionary names for strings or streams.
func filterMethod(d object, key string) method {
	name := d.get(key)
	if name.kind != pdfName || name.isName("Identity") {
		return identity
	}
	switch m := d.get("CF").get(string(name.text)).get("CFM"); {
	case m.isName("V2"):
		return pdfRC4
	case m.isName("AESV2"):
		return aes128
	case m.isName("AESV3"):
		return aes256
	}
	return identity
}

// key128 makes the key of the empty password (algorithm 2) and proves it (algorithms 4 and 5). It
// returns nil where the password is another.
func key128(owner, user []byte, permissions uint32, id []byte, revision int64, length int, metadata bool) []byte {
	h := md5.New()
	h.Write([]byte(padding))
	h.Write(owner[:32])
	h.Write(binary.LittleEndian.AppendUint32(nil, permissions))
	h.Write(id)
	if revision >= 4 && !metadata {
		h.Write([]byte{0xFF, 0xFF, 0xFF, 0xFF})
	}
	key := h.Sum(nil)
	if revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:length])
			key = sum[:]
		}
	}
	key = key[:length]
	if revision == 2 {
		if !bytes.Equal(applyRC4(key, []byte(padding)), user[:32]) {
			return nil
		}
		return key
	}
	sum := md5.Sum(append([]byte(padding), id...))
	proof := sum[:]
	step := make([]byte, length)
	for i := range 20 {
		for j := range step {
			step[j] = key[j] ^ byte(i)
		}
		proof = applyRC4(step, proof)
	}
	if !bytes.Equal(proof, user[:16]) {
		return nil
	}
	return key
}

// key256 is algorithm 2.A for the empty user password. Whether that opens the file the permissions prove,
// which the key decrypts (algorithm 13): to try the password first would take as long again.
func key256(w *window.Window, user, wrapped, permissions []byte, revision int64) []byte {
	hash := sha256.Sum256(user[40:48])
	k := hash[:]
	if revision >= 6 {
		k = pdfHash(w.Lend(hashRound), k)
	}
	block, err := aes.NewCipher(k)
	if err != nil || len(wrapped) < 32 || len(permissions) < aes.BlockSize {
		return nil
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(key, wrapped[:32])
	if block, err = aes.NewCipher(key); err != nil {
		return nil
	}
	var plain [aes.BlockSize]byte
	block.Decrypt(plain[:], permissions[:aes.BlockSize])
	if string(plain[9:12]) != "adb" {
		return nil
	}
	return key
}

// hashRound is the most that a round of pdfHash encrypts.
const hashRound = 64 * sha512.Size

// pdfHash is algorithm 2.B for the empty password, in buf: at least 64 rounds of AES over the hash repeated 64
// times. The last byte of a round's result ends them, which it must by round 287.
func pdfHash(buf, k []byte) []byte {
	var hash [sha512.Size]byte
	k = hash[:copy(hash[:], k)]
	for i := 0; ; i++ {
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		e := buf[:64*len(k)]
		chain := k[16:32]
		for at := range len(e) / aes.BlockSize {
			b := e[at*aes.BlockSize:][:aes.BlockSize]
			subtle.XORBytes(b, chain, k[at*aes.BlockSize%len(k):])
			block.Encrypt(b, b)
			chain = b
		}
		sum := 0
		for _, c := range e[:16] {
			sum += int(c)
		}
		switch sum % 3 {
		case 0:
			h := sha256.Sum256(e)
			k = hash[:copy(hash[:], h[:])]
		case 1:
			h := sha512.Sum384(e)
			k = hash[:copy(hash[:], h[:])]
		default:
			h := sha512.Sum512(e)
			k = hash[:copy(hash[:], h[:])]
		}
		if i >= 63 && int(e[len(e)-1]) <= i-31 {
			return k[:32]
		}
	}
}

func applyRC4(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// strings decrypts all strings of an object.
func (c *crypt) strings(o *object, number, generation int64) {
	if c == nil || c.locked {
		return
	}
	if o.kind == pdfString {
		o.text = c.decrypt(c.forString, o.text, number, generation)
	}
	for i := range o.items {
		c.strings(&o.items[i], number, generation)
	}
}

// stream returns what decrypts the stream of an object, or nil where nothing does.
func (c *crypt) stream(number, generation int64) func([]byte) []byte {
	if c == nil || c.locked {
		return nil
	}
	return func(b []byte) []byte { return c.decrypt(c.forStream, b, number, generation) }
}

// decrypt is algorithm 1, and 1.A for AES-256.
func (c *crypt) decrypt(method method, data []byte, number, generation int64) []byte {
	key := c.key
	if method == pdfRC4 || method == aes128 {
		h := md5.New()
		h.Write(c.key)
		h.Write([]byte{byte(number), byte(number >> 8), byte(number >> 16), byte(generation), byte(generation >> 8)})
		if method == aes128 {
			h.Write([]byte("sAlT"))
		}
		key = h.Sum(nil)[:min(len(c.key)+5, 16)]
	}
	switch method {
	case pdfRC4:
		return applyRC4(key, data)
	case aes128, aes256:
		return applyAES(key, data)
	}
	return data
}

// applyAES decrypts CBC with the vector in front, and takes the padding off.
func applyAES(key, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil || len(data) < 2*aes.BlockSize {
		return nil
	}
	vector, data := data[:aes.BlockSize], data[aes.BlockSize:]
	out := make([]byte, len(data)&^(aes.BlockSize-1))
	cipher.NewCBCDecrypter(block, vector).CryptBlocks(out, data[:len(out)])
	if pad := int(out[len(out)-1]); pad >= 1 && pad <= aes.BlockSize {
		out = out[:len(out)-pad]
	}
	return out
}
