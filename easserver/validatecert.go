package easserver

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"asms/eas"
)

// validateCert says whether certificates can be trusted for signing mail. It asks
// nobody else: revocation is never looked up, since the places to do so would be
// named by whoever made the certificate.
//
// [MS-ASCMD] 2.2.1.22 ValidateCert
func (s *Server) validateCert(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.ValidateCertRequest](s, r)
	if err != nil {
		return nil, err
	}
	var chain []string
	if req.CertificateChain != nil {
		chain = req.CertificateChain.Certificate
	}
	if req.Certificates == nil || len(req.Certificates.Certificate) == 0 || len(req.Certificates.Certificate)+len(chain) > eas.MaxCertificates {
		return nil, protocolError(eas.CommandValidateCert)
	}
	c := certCheck{verify: x509.VerifyOptions{
		Roots: s.opts.Roots, Intermediates: x509.NewCertPool(), CurrentTime: s.opts.Now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}, crl: req.CheckCRL != nil && *req.CheckCRL, left: maxSignatures}
	for _, text := range chain {
		cert, err := parseCertificate(text)
		if err != nil {
			c.broken = true
			continue
		}
		c.verify.Intermediates.AddCert(cert)
		c.chain = append(c.chain, cert)
	}
	resp := &eas.ValidateCertResponse{Status: eas.StatusSuccess}
	for _, text := range req.Certificates.Certificate {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		resp.Certificate = append(resp.Certificate, eas.CertificateStatus{Status: c.status(text)})
	}
	return resp, nil
}

// Bounds of what the certificates of a request may cost. A key of RSA is as long as
// TLS takes it.
const (
	maxSignatures = 1000 // that are checked to say why a way leads nowhere
	maxRSA        = 8192 // bits
)

// certCheck is what the certificates of a request are checked with.
type certCheck struct {
	verify x509.VerifyOptions
	chain  []*x509.Certificate
	broken bool // something in the chain is no certificate
	crl    bool
	left   int // signatures that may still be checked
}

// status says what is to be thought of one certificate.
//
// [MS-ASCMD] 2.2.3.177.18 Status (ValidateCert)
func (c *certCheck) status(text string) eas.Status {
	cert, err := parseCertificate(text)
	if err != nil {
		return eas.CertStatusMalformed
	}
	if _, err := cert.Verify(c.verify); err != nil {
		return c.verdict(cert, err)
	}
	switch {
	case !signsMail(cert):
		return eas.CertStatusNotForSigning
	case c.crl: // [MS-ASCMD] 2.2.3.26 CheckCRL
		return eas.CertStatusRevocationUnknown
	}
	return eas.StatusSuccess
}

// verdict is the status of a certificate that leads to no root.
func (c *certCheck) verdict(cert *x509.Certificate, err error) eas.Status {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch now := c.verify.CurrentTime; {
	case now.Before(cert.NotBefore) || now.After(cert.NotAfter):
		return eas.CertStatusExpired
	case errors.As(err, &invalid):
		switch invalid.Reason {
		case x509.Expired:
			return eas.CertStatusChainExpired
		case x509.NotAuthorizedToSign:
			return eas.CertStatusNotAuthority
		}
		return eas.CertStatusWrongUse
	case errors.As(err, &unknown):
		return c.unknownAuthority(cert)
	}
	return eas.CertStatusWrongUse // it demands something critical that is not understood
}

// unknownAuthority says why no issuer that is trusted was found.
func (c *certCheck) unknownAuthority(cert *x509.Certificate) eas.Status {
	for i, one := range append([]*x509.Certificate{cert}, c.chain...) {
		for _, issuer := range c.chain {
			if !bytes.Equal(one.RawIssuer, issuer.RawSubject) {
				continue
			}
			if c.left--; c.left < 0 {
				return eas.CertStatusUntrusted
			}
			now := c.verify.CurrentTime
			switch err := one.CheckSignatureFrom(issuer); {
			case errors.As(err, new(x509.ConstraintViolationError)):
				return eas.CertStatusNotAuthority
			case err != nil && i == 0:
				return eas.CertStatusInvalidSignature
			case err != nil:
				return eas.CertStatusInvalidChain
			case now.Before(issuer.NotBefore) || now.After(issuer.NotAfter):
				return eas.CertStatusChainExpired
			}
		}
	}
	if c.broken {
		return eas.CertStatusInvalidChain
	}
	return eas.CertStatusUntrusted
}

// signsMail says whether a certificate may be used to sign mail.
//
// [RFC 8550] 4.4 Extended Key Usage
func signsMail(cert *x509.Certificate) bool {
	const signs = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if cert.KeyUsage != 0 && cert.KeyUsage&signs == 0 {
		return false
	}
	if len(cert.ExtKeyUsage) == 0 && len(cert.UnknownExtKeyUsage) == 0 {
		return true
	}
	return slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny)
}

// parseCertificate reads a certificate in base64, with line breaks or without.
func parseCertificate(text string) (*x509.Certificate, error) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSA {
		return nil, fmt.Errorf("easserver: a key of %d bits", key.N.BitLen())
	}
	return cert, nil
}
