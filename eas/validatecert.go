package eas

// ValidateCertRequest asks whether certificates that came with signed mail can be
// trusted.
//
// [MS-ASCMD] 2.2.1.22 ValidateCert
type ValidateCertRequest struct {
	XMLName struct{} `wbxml:"ValidateCert ValidateCert"`

	// CertificateChain are certificates that help to find the way to a root.
	CertificateChain *CertificateList `wbxml:"CertificateChain"`
	Certificates     *CertificateList `wbxml:"Certificates"`

	// CheckCRL says that a certificate is not to be trusted whose revocation
	// cannot be looked up. Absent means false.
	//
	// [MS-ASCMD] 2.2.3.26 CheckCRL
	CheckCRL *bool `wbxml:"CheckCRL"`
}

// MaxCertificates is the most certificates a request may hold.
//
// [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests
const MaxCertificates = 100

// CertificateList is a list of X.509 certificates in DER, in base64.
//
// [MS-ASCMD] 2.2.3.19.2 Certificate (ValidateCert)
type CertificateList struct {
	Certificate []string `wbxml:"Certificate"`
}

// ValidateCertResponse answers a ValidateCert, each certificate in its order.
//
// [MS-ASCMD] 2.2.1.22 ValidateCert
type ValidateCertResponse struct {
	XMLName     struct{}            `wbxml:"ValidateCert ValidateCert"`
	Status      Status              `wbxml:"Status"`
	Certificate []CertificateStatus `wbxml:"Certificate"`
}

// CertificateStatus is what is to be thought of one certificate.
type CertificateStatus struct {
	Status Status `wbxml:"Status"`
}
