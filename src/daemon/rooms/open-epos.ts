import { type DeskCertificate, watchDeskCertificate } from "../start/desk-certificate.ts";
import { openPart } from "../start/start-failed.ts";
import type { Opening } from "./opening.ts";

/** The receipt printer service for tills that know Epson printers, where the configuration has `epos`. It shows the desk's certificate. */
export async function openEpos({ config, ledger, log, parts }: Opening, certificate: DeskCertificate): Promise<void> {
	const { epos } = config;
	if (!epos) return;
	const { host, ports } = epos;
	// Loaded here, so that a store without such tills does not wait for it at each start.
	const { startEpos } = await import("../../epos/epos.ts");
	const service = await openPart({ path: "epos", host, port: ports[0]!, portSetting: "ports" }, () =>
		startEpos({ ...epos, ledger, tls: certificate, log }),
	);
	parts.add(() => service.stop());
	parts.add(watchDeskCertificate(config, service.renewTls, log));
}
