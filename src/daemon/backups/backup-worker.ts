/** Makes one backup and proves it, in a thread of its own: neither the doors nor the ledger's writer wait for it. */
import { createHash } from "node:crypto";
import { chmodSync, createReadStream, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parentPort, workerData } from "node:worker_threads";
import { backupName, dropOldest, type KeptBackup, keepProof, sweepHalfMade } from "../../access/box/backup-shelf.ts";
import { sealFile } from "../../access/box/sealed-file.ts";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { backupLedger } from "../../ledger/file/backup.ts";
import { ledgerFile } from "../../ledger/file/open.ts";
import { proveBackup } from "../../ledger/file/prove-backup.ts";
import { defined } from "../../words/defined.ts";

export interface BackupOrder {
	data: string;
	folder: string;
	store: string;
	keep: number;
	to: string | undefined;
	/** The store's time, for the name. */
	at: string;
}

async function make({ data, folder, store, keep, to, at }: BackupOrder): Promise<KeptBackup> {
	const began = performance.now();
	makeDirectory(folder, 0o700);
	sweepHalfMade([data, folder], store);
	const { bavail, bsize } = statfsSync(folder);
	const needed = statSync(ledgerFile(data)).size;
	// Room for the backup itself and the two copies by which it is proved: a full disk would stop the store.
	if (bavail * bsize < needed * 4) throw new Error(`${folder} has too little room: ${Math.ceil((needed * 4) / 1e6)} MB are needed`);
	const file = backupName(store, at, to !== undefined);
	// An unencrypted copy never leaves the ledger's own folder.
	const plain = to === undefined ? join(folder, `.${file}`) : join(data, `.${file}`);
	try {
		backupLedger(data, plain);
		chmodSync(plain, 0o600);
		const proof = proveBackup(plain);
		if (to === undefined) renameSync(plain, join(folder, file));
		else sealFile(plain, join(folder, file), to);
		rmSync(plain, { force: true });
		const digest = createHash("sha256");
		await pipeline(createReadStream(join(folder, file)), digest);
		const kept: KeptBackup = {
			file,
			at,
			...proof,
			bytes: statSync(join(folder, file)).size,
			sha256: digest.digest("hex"),
			...defined({ sealedFor: to }),
			tookMs: Math.round(performance.now() - began),
		};
		keepProof(folder, kept);
		dropOldest(folder, store, keep);
		return kept;
	} finally {
		rmSync(plain, { force: true });
	}
}

make(workerData as BackupOrder).then(
	(kept) => parentPort!.postMessage({ kept }),
	(error: Error) => parentPort!.postMessage({ why: error.message }),
);
