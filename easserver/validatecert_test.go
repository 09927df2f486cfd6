package easserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"asms/eas"
)

// party is who has a certificate.
type party struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// certify makes a certificate for name, signed by issuer, or by itself.
func certify(t *testing.T, name string, issuer *party, change func(*x509.Certificate)) *party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(name))), Subject: pkix.Name{CommonName: name},
		NotBefore: noon.Add(-24 * time.Hour), NotAfter: noon.Add(24 * time.Hour),
	}
	if change != nil {
		change(c)
	}
	if issuer == nil {
		issuer = &party{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, issuer.cert, &key.PublicKey, issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &party{cert, key}
}

func authority(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
}

func (p *party) base64() string { return base64.StdEncoding.EncodeToString(p.cert.Raw) }

func TestValidateCert(t *testing.T) {
	t.Parallel()
	root := certify(t, "root", nil, authority)
	between := certify(t, "between", root, authority)
	old := certify(t, "old authority", root, func(c *x509.Certificate) { authority(c); c.NotAfter = noon.Add(-time.Hour) })
	stranger := certify(t, "stranger", nil, authority)
	impostor := certify(t, "between", nil, authority) // the same name, another key
	end := certify(t, "end", root, nil)

	usages := func(u ...x509.ExtKeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage = u }
	}
	good := certify(t, "good", between, usages(x509.ExtKeyUsageEmailProtection))
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	l := newLab(t, func(o *Options) { o.Roots = roots })
	l.user("anna")

	type request struct {
		certs, chain []string
		crl          string
	}
	xml := func(r request) string {
		list := func(element string, certs []string) string {
			if certs == nil {
				return ""
			}
			return "<" + element + "><Certificate>" + strings.Join(certs, "</Certificate><Certificate>") + "</Certificate></" + element + ">"
		}
		return `<ValidateCert xmlns="ValidateCert">` + list("CertificateChain", r.chain) + list("Certificates", r.certs) + r.crl + `</ValidateCert>`
	}
	one := func(p *party, chain ...*party) request {
		r := request{certs: []string{p.base64()}}
		for _, c := range chain {
			r.chain = append(r.chain, c.base64())
		}
		return r
	}
	with := func(r request, change func(*request)) request { change(&r); return r }
	each(t, func(t *testing.T, v eas.Version) {
		d := l.phone("anna", "A"+strings.ReplaceAll(v.String(), ".", ""), v)
		for name, c := range map[string]struct {
			request
			want string
		}{
			"MSASCMD S20_TC01 a way to a root":         {one(good, between), "1"},
			"with the root in the chain":               {one(good, between, root), "1"},
			"signed by a root, for anything":           {one(end), "1"},
			"in lines of 64 characters":                {with(one(end), func(r *request) { r.certs[0] = r.certs[0][:64] + "\r\n" + r.certs[0][64:] }), "1"},
			"MS-ASCMD_R4482 the way is not known":      {one(good), "4"},
			"MS-ASCMD_R4482 signed by a stranger":      {one(certify(t, "x", stranger, nil), stranger), "4"},
			"MS-ASCMD_R4482 signed by itself":          {one(certify(t, "self", nil, nil)), "4"},
			"MSASCMD S20_TC02 the signature is wrong":  {one(good, impostor), "3"},
			"MS-ASCMD_R4491 expired":                   {one(certify(t, "late", root, func(c *x509.Certificate) { c.NotAfter = noon.Add(-time.Hour) })), "7"},
			"MS-ASCMD_R4490 not valid yet":             {one(certify(t, "early", root, func(c *x509.Certificate) { c.NotBefore = noon.Add(time.Hour) })), "7"},
			"MS-ASCMD_R4494 the authority has expired": {one(certify(t, "x", old, nil), old), "8"},
			"MS-ASCMD_R4488 not for signing mail":      {one(certify(t, "web", root, usages(x509.ExtKeyUsageServerAuth))), "6"},
			"MS-ASCMD_R4488 for encryption only":       {one(certify(t, "enc", root, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })), "6"},
			"MS-ASCMD_R4504 signed by no authority":    {one(certify(t, "x", end, nil), end), "11"},
			"MS-ASCMD_R4500 no certificate":            {with(one(end), func(r *request) { r.certs[0] = "bm90IG9uZQ==" }), "10"},
			"MS-ASCMD_R4500 no base64":                 {with(one(end), func(r *request) { r.certs[0] = "not base64!" }), "10"},
			"MS-ASCMD_R4485 rubbish in the chain":      {with(one(good, between), func(r *request) { r.chain[0] = "bm90IG9uZQ==" }), "5"},
			"MS-ASCMD_R893 revocation must be known":   {with(one(good, between), func(r *request) { r.crl = "<CheckCRL>1</CheckCRL>" }), "16"},
			"MS-ASCMD_R895 it need not be known":       {with(one(good, between), func(r *request) { r.crl = "<CheckCRL>0</CheckCRL>" }), "1"},
		} {
			r := d.must("ValidateCert", xml(c.request))
			if r.tree.names() != "Status Certificate" || r.tree.at("Status") != "1" || r.tree.at("Certificate/Status") != c.want {
				t.Errorf("%s: want %s in\n%s", name, c.want, r.xml())
			}
		}
		t.Run("certificates are answered in their order", func(t *testing.T) {
			r := d.must("ValidateCert", xml(request{certs: []string{"x", end.base64(), good.base64()}}))
			var got string
			for _, c := range r.tree.all("Certificate") {
				got += c.at("Status") + " "
			}
			if got != "10 1 4 " {
				t.Error(got)
			}
		})
		t.Run("MS-ASCMD_R5662 100 are looked at, 101 are status 2", func(t *testing.T) {
			many := make([]string, 101)
			for i := range many {
				many[i] = "x"
			}
			if n := len(d.must("ValidateCert", xml(request{certs: many[:100]})).tree.all("Certificate")); n != 100 {
				t.Errorf("%d answers", n)
			}
			d.must("ValidateCert", xml(request{certs: many})).wantTop(t, "2")
			d.must("ValidateCert", xml(request{})).wantTop(t, "2")
			d.must("ValidateCert", xml(with(one(end), func(r *request) { r.crl = "<CheckCRL>maybe</CheckCRL>" }))).wantTop(t, "2")
		})
	})
}

// Certificates that all have signed one another, and one whose key takes long, cost
// no more than a request may.
func TestValidateCertCost(t *testing.T) {
	t.Parallel()
	root := certify(t, "root", nil, authority)
	again := func(n int, isAuthority bool) string {
		c := &x509.Certificate{SerialNumber: big.NewInt(int64(n)), Subject: root.cert.Subject, NotBefore: root.cert.NotBefore, NotAfter: root.cert.NotAfter}
		if isAuthority {
			authority(c)
		}
		der, err := x509.CreateCertificate(rand.Reader, c, root.cert, &root.key.PublicKey, root.key)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(der)
	}
	var request strings.Builder
	request.WriteString(`<ValidateCert xmlns="ValidateCert"><CertificateChain>`)
	for n := range 66 {
		request.WriteString("<Certificate>" + again(n, true) + "</Certificate>")
	}
	request.WriteString("</CertificateChain><Certificates>")
	for n := range 33 {
		request.WriteString("<Certificate>" + again(100+n, false) + "</Certificate>")
	}
	large := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), maxRSA, 1), E: 65537}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, root.cert, large, root.key)
	if err != nil {
		t.Fatal(err)
	}
	request.WriteString("<Certificate>" + base64.StdEncoding.EncodeToString(der) + "</Certificate></Certificates></ValidateCert>")

	l := newLab(t, func(o *Options) { o.Roots = x509.NewCertPool() })
	l.user("anna")
	began := time.Now()
	r := l.phone("anna", "PHONE", eas.Version161).must("ValidateCert", request.String())
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	all := r.tree.all("Certificate")
	for n, c := range all {
		want := "4"
		if n == 33 {
			want = "10"
		}
		if c.at("Status") != want {
			t.Errorf("certificate %d: %s, want %s", n, c.at("Status"), want)
		}
	}
	if len(all) != 34 {
		t.Errorf("%d answers", len(all))
	}
}
