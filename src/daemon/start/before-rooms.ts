import { accessSync } from "node:fs";
import { makeDirectory } from "../../access/files/make-directory.ts";
import type { BrokerOptions } from "../../broker/broker.ts";
import type { Config } from "../../config/schema.ts";
import type { UplinkOptions } from "../../uplink/uplink.ts";
import type { Closing } from "../closing.ts";
import { brokerTlsOf } from "./broker-tls.ts";
import { type DeskPeople, openDeskPeople } from "./desk-access.ts";
import { type DeskCertificate, openDeskCertificate } from "./desk-certificate.ts";
import { lineCredentials } from "./line-credentials.ts";
import { lockDirectory } from "./lock.ts";
import { openPart } from "./start-failed.ts";

/** How long to wait for a predecessor that was killed and still holds its ledger. */
const predecessorEndsWithinMs = 10_000;

export interface Secrets {
	credentials: UplinkOptions["credentials"];
	people: DeskPeople;
	certificate: DeskCertificate;
	brokerTls: BrokerOptions["tls"];
}

/** Reads every secret and locks the data directory before any room opens. A secret that is missing or open to others rejects. */
export async function openBeforeRooms(configured: Config, parts: Closing): Promise<Secrets> {
	const credentials = await openPart({ path: "hq" }, () => configured.hq && lineCredentials(configured.hq));
	const { accountsFile } = configured.broker;
	if (accountsFile !== undefined) await openPart({ path: "broker.accountsFile" }, () => accessSync(accountsFile));
	const unlock = await openPart({ path: "data" }, () => {
		makeDirectory(configured.data);
		return lockDirectory(configured.data, predecessorEndsWithinMs);
	});
	parts.add(unlock);
	const people = await openDeskPeople(configured);
	const certificate = await openPart({ path: "desk.tls" }, () => openDeskCertificate(configured));
	const brokerTls = await openPart({ path: "broker.tls" }, () => brokerTlsOf(configured));
	return { credentials, people, certificate, brokerTls };
}
