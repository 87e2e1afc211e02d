import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** Whether the certificate may be shown under this name or address. Node throws where an address is asked for by a name. */
export const isCertificateFor = (certificate: X509Certificate, host: string): boolean =>
	(isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
