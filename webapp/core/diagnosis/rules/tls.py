"""Recognises faults of certificates and encryption, as OpenSSL, GnuTLS, Windows, Java, Go and others tell them."""

from webapp.core.diagnosis.rules.rule import rule

CERTIFICATES = (
    rule(
        "tls-expired",
        """
            certificate has expired; cert has expired; certificate expired; expired certificate; certexpired;
            certificate is expired; certificateexpired*; alert certificate expired; verify error num 10;
            sec_e_cert_expired; certificate expired on; certificate validity has expired;
            sec_error_expired_certificate; notafter; certificate has already expired; expired_certificate;
            verify code 10; chain uses expired certificate; certificate is outdated; certificate has been expired;
            expired cert
        """,
        or_else="clock-skew",
    ),
    rule(
        "clock-skew",
        """
            certificate is not yet valid; cert not yet valid; certificatenotyetvalid*; not yet valid;
            certificate not yet valid; certificate not activated; certificate is not yet activated;
            verify error num 9; verify code 9; notbefore
        """,
        or_else="tls-expired",
    ),
    rule("tls-untrusted-cert", "fingerprint", also="does not match", or_else="tls-hostname-mismatch"),
    rule(
        "tls-hostname-mismatch",
        """
            hostname mismatch; host name mismatch; ip address mismatch; altname invalid; certificate s altnames;
            certificate's altnames; certificate is not valid for; certificate not valid for; notvalidforname;
            no alternative certificate subject name; remotecertificatenamemismatch; name mismatch;
            certificate is valid for; contain any ip sans; no name matching; no subject alternative;
            verify error num 62; match expected cn; did not match expected; cn mismatch; common name mismatch;
            commonname mismatch; wrong principal; verify code 62; verify code 64; cert_cn_no_match;
            ssl_error_bad_cert_domain; certificate name does not match; does not match target host name;
            does not match certificate; cert host mismatch; certificate is for another; name in the certificate;
            unable to match certificate; no matching subject*; principal name is incorrect;
            certificate's owner does not match; err_cert_common_name_invalid; in the cert's altnames;
            sslpeerunverifiedexception
        """,
    ),
    rule(
        "tls-hostname-mismatch",
        "does not match; doesn't match; did not match; mismatch; not match",
        also="certificate",
        unless="fingerprint; private key; key values",
    ),
    rule(
        "tls-untrusted-cert",
        """
            self signed; selfsigned; unable to get local issuer certificate; unable to get issuer certificate*;
            unable to get issuer cert*; unable to verify the first certificate; unable to verify leaf signature;
            pkix path; certpathvalidator*; trust anchor; trustanchor*; unknown authority; unknown ca; untrustedroot;
            untrusted root; partialchain; partial chain; certificate verify failed; certificate is not trusted;
            certificate not trusted; cert untrusted; issuer is unknown; issuer unknown; unknown issuer;
            certificate authority is unknown; certificate issuer; remotecertificatechainerrors;
            server certificate verification failed; certificate verification failed; certificate verification;
            certificate verification error; certificate failure for; certificate problem;
            unable to verify certificate; cannot verify certificate; couldn't verify; could not be verified;
            failed to verify certificate; sec_e_untrusted_root; unknownissuer; certificate validation failed;
            certificate validation error; remote certificate is invalid; certificate chain; invalid certificate;
            bad certificate; certificate was rejected; certificate rejected; not trusted by; untrusted certificate;
            certificate unknown; certificate is untrusted; err_cert_authority_invalid; sslcertverificationerror;
            sec_error_untrusted*; ca certificate*; certificate signed by; verify return code; verify error num;
            certificate revoked; invalid ssl certificate; insecure certificate; ssl certificate error;
            certificate error; certificate errors; unable to verify ssl; peer certificate cannot be authenticated
        """,
        or_else="tls-hostname-mismatch tls-expired",
    ),
)

ENCRYPTION = (
    rule(
        "tls-wrong-port",
        """
            wrong version number; unknown protocol; record layer failure; look like a tls handshake;
            unrecognized ssl message; plaintext connection; packet length too long; ssl routines http request;
            https proxy request; does not support starttls; doesn't support starttls; starttls not supported;
            starttls is not supported; starttls not available; starttls unavailable; support starttls;
            starttls extension; unexpected tls packet; unexpected packet format; cannot determine the frame size;
            frame size or a corrupted frame; unsupported record version; oversized record received;
            bad record type; ssl_error_rx_record_too_long; record too long; not support ssl;
            tls session already established; already using tls; tls already active; invalid content type;
            tls already started; plain text where tls; non ssl; not an ssl port; no starttls; server is not ssl;
            is not an ssl server; port which does not support ssl; starttls before; unexpected message;
            received a record with an invalid type; invalid tls record; not tls; starttls command failed;
            starttls failed; sslv2 handshake*; tls not supported by*; tls not available; tls is not available;
            tls not supported; unknown ssl protocol error; reserved for plain text*; plain text port; non tls port;
            ssl on a plain*; encrypted connection unavailable; expected tls; server hello was expected
        """,
        unless="must issue a starttls",
        or_else="not-an-imap-server tls-too-old",
    ),
    rule(
        "tls-wrong-port",
        """
            unknown command; command unknown; bad command; invalid command; unrecognized command;
            command not recognized; not implemented
        """,
        also="starttls",
    ),
    rule(
        "tls-too-old",
        """
            unsupported protocol; unsupported ssl protocol; dh key too small; handshake failure; handshake_failure;
            alert protocol version; protocol version; tls alert protocolversion; tls alert handshakefailure;
            no protocols available; no appropriate protocol; no shared cipher; no cipher*; no common cipher*;
            ee key too small; ca md too weak; ca key too small; insufficient security; legacy sigalg*;
            unsafe legacy renegotiation; cipher suites*; ssl alert number 40; ssl alert number 70; protocol_version;
            inappropriate fallback; key too small; md too weak; tlsv1 is disabled; unsupported version;
            version too low; wrong ssl version; wrong signature type; algorithm constraints; no supported versions;
            no matching cipher*; cipher mismatch; err_ssl_version_or_cipher_mismatch; sec_e_algorithm*;
            do not possess a common algorithm; unsupported protocol version; modulus too small; prime size;
            dh prime; alert internal error; ephemeral dh*; weak ephemeral*; bad ecpoint
        """,
        or_else="tls-wrong-port",
    ),
)

# The person who cuts a handshake says nothing of passwords, though .NET calls it a failed authentication.
HANDSHAKE_CUT = (
    rule(
        "connection-dropped",
        """
            closed the transport stream; remote host closed connection during handshake;
            remote host terminated the handshake
        """,
        or_else="tls-wrong-port tls-too-old",
    ),
)

# MailKit's words for any failed handshake, when nothing else was said.
PERHAPS_A_CERTIFICATE = (
    rule(
        "tls-untrusted-cert",
        "establish an ssl or tls connection possibly",
        or_else="tls-wrong-port tls-too-old tls-hostname-mismatch tls-expired",
    ),
)
