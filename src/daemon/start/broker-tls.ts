import { readFileSync } from "node:fs";
import type { BrokerOptions } from "../../broker/broker.ts";
import type { Config } from "../../config/schema.ts";

/** Certificate and key of the broker's TLS listener; undefined without `broker.tls`. Throws when a file cannot be read. */
export function brokerTlsOf({ broker: { tls } }: Config): BrokerOptions["tls"] {
	if (!tls) return undefined;
	return {
		port: tls.port,
		cert: readFileSync(tls.certFile),
		key: readFileSync(tls.keyFile),
		...(tls.caFile !== undefined && { ca: readFileSync(tls.caFile), requestCert: true }),
	};
}
