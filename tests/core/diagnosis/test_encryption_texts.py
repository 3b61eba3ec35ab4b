"""What libraries, programs and servers say of certificates and encryption, in their own spellings."""

import pytest

from tests.core.diagnosis.texts import by_text
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure

TEXTS = {
    "tls-wrong-port": """
        [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)
        tls: first record does not look like a TLS handshake
        javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?
        error:0A00010B:SSL routines::wrong version number
        The handshake failed due to an unexpected packet format.
        gnutls_handshake() failed: An unexpected TLS packet was received.
        Server does not support STARTTLS capability
        STARTTLS is required but host doesn't support STARTTLS
        The IMAP server does not support the STARTTLS extension.
        SSL negotiation failed: error:1408F10B:SSL routines:ssl3_get_record:wrong version number
        write EPROTO 140:error:1408F10B:SSL routines:ssl3_get_record:wrong version number
        TLS session already established
        Cannot determine the frame size or a corrupted frame was received.
        error:0A0000C6:SSL routines::packet length too long
        140735:error:1408F10B ... http request SSL routines:http request
        140244797482880:error:140770FC:SSL routines:SSL23_GET_SERVER_HELLO:unknown protocol:s23_clnt.c:795:
        javax.mail.MessagingException: Unsupported or unrecognized SSL message; nested exception is:
            javax.net.ssl.SSLException: Unsupported or unrecognized SSL message
        tls: unsupported SSLv2 handshake received
        OPENSSL_internal:WRONG_VERSION_NUMBER
        imaplib.IMAP4.error: TLS not supported by server
        BAD STARTTLS not supported
        IMAP command STARTTLS returned an error: NO TLS not available
    """,
    "tls-untrusted-cert": """
        DEPTH_ZERO_SELF_SIGNED_CERT
        certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)
        x509: certificate signed by unknown authority
        PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid
            certification path to requested target
        curl: (60) SSL certificate problem: unable to get local issuer certificate
        Certificate failure for mail.x.org: self signed certificate: /CN=x
        The remote certificate is invalid according to the validation procedure: RemoteCertificateChainErrors
        java.security.cert.CertPathValidatorException: Trust anchor for certification path not found.
        Verify return code: 21 (unable to verify the first certificate)
        SSL alert number 48 tlsv1 alert unknown ca
        Server certificate verification error: The certificate is NOT trusted. The certificate issuer is unknown.
        fetchmail: Server certificate verification error: self-signed certificate in certificate chain
        Server SSL fingerprint 'aabb' for hostname 'x' does not match configured fingerprint
        The remote certificate was rejected by the provided RemoteCertificateValidationCallback.
        Error in the certificate verification.
        SSL_connect returned=1 errno=0 state=error: certificate verify failed (self-signed certificate)
        gnutls_certificate_verify_peers: certificate issuer unknown
        Peer's certificate issuer has been marked as not trusted by the user
        SEC_ERROR_UNKNOWN_ISSUER
        The certificate chain was issued by an authority that is not trusted
        UNABLE_TO_VERIFY_LEAF_SIGNATURE
        Max retries exceeded with url: /token (Caused by SSLError(SSLCertVerificationError(1, '[SSL:
            CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate
    """,
    "tls-hostname-mismatch": """
        certificate verify failed: Hostname mismatch, certificate is not valid for 'localhost'.
        x509: certificate is valid for *.example.net, not mail.example.org
        No subject alternative DNS name matching mail.x.org found.
        curl: (60) SSL: no alternative certificate subject name matches target host name 'mail.x.org'
        Peer certificate CN=`*.web-hosting.com' did not match expected CN=`mail.x.org'
        RemoteCertificateNameMismatch
        hostname "mail.x.org" does not match the server certificate
        Certificate failure for x.org: Server name does not match certificate: /CN=y
        Error: Hostname/IP does not match certificate's altnames: IP: 1.2.3.4 is not in the cert's list
        x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs
        Error: Hostname/IP doesn't match certificate's altnames at SecurePair.<anonymous> (tls.js:1280:23)
        SSL_connect: certificate verify failed (Hostname mismatch)
        hostname "x" does not match the server certificate
        javax.net.ssl.SSLPeerUnverifiedException: Hostname x not verified
        The certificate's CN name does not match the passed value.
    """,
    "tls-expired": """
        certificate verify failed: certificate has expired (_ssl.c:1006)
        CERT_HAS_EXPIRED
        java.security.cert.CertificateExpiredException: NotAfter: Sat Sep 14
        x509: certificate has expired or is not yet valid: current time 2025-01-01 is after 2024
        verify error:num=10:certificate has expired
        The certificate chain uses expired certificate.
        SSL_connect: certificate verify failed (certificate has expired)
    """,
    "tls-too-old": """
        [SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1006)
        [SSL: UNSUPPORTED_PROTOCOL] unsupported protocol
        [SSL: DH_KEY_TOO_SMALL] dh key too small
        javax.net.ssl.SSLHandshakeException: No appropriate protocol (protocol is disabled or cipher suites are
            inappropriate)
        tls: server selected unsupported protocol version 301
        error:0A000152:SSL routines::unsafe legacy renegotiation disabled
        sslv3 alert handshake failure
        error:0A000102:SSL routines::unsupported protocol
        no cipher suites in common
        remote error: tls: protocol version not supported
        javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure
        javax.net.ssl.SSLHandshakeException: Received fatal alert: protocol_version
        A call to SSPI failed: The client and server cannot communicate, because they do not possess a common
            algorithm
        SSL_connect: unsupported protocol
        gnutls: A packet with illegal or unsupported version was received.
        tls: no supported versions satisfy MinVersion and MaxVersion
        error:0A00018A:SSL routines::dh key too small
        javax.net.ssl.SSLHandshakeException: The server selected protocol version TLS10 is not accepted by client
            preferences
    """,
    "clock-skew": """
        certificate verify failed: certificate is not yet valid
        CertificateNotYetValidException: NotBefore: Mon
        invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.
            Check your iat and exp values in the JWT claim.
        google.auth.exceptions.InvalidValue: Token used too early, 1690 < 1691. Check that your computer's clock is
            set correctly.
    """,
}


@pytest.mark.parametrize(("text", "slug"), by_text(TEXTS))
def test_a_text_of_encryption_is_understood_without_stage_or_provider(text: str, slug: str) -> None:
    assert diagnose(Failure(text=text)).problem.slug == slug
