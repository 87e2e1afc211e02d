/** The thread that makes the copy: the doors and the ledger's writer never wait for its disk, only for its acknowledgement. */
import { statSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type CopierStatus, startCopier } from "../../replica/copier.ts";
import { CopyRefused, type CopyRulesKept, type SideFile } from "../../replica/copy-folder.ts";
import { type BoxAddress, boxTarget } from "../../replica/line.ts";
import { type CopyTarget, folderTarget } from "../../replica/target.ts";

export interface ReplicaOrder {
	writer: MessagePort;
	data: string;
	ledger: string;
	to: { folder: string; sameDisk: boolean } | BoxAddress;
	rules: CopyRulesKept;
	files: Partial<Record<SideFile, string>>;
}
export interface ReplicaWord {
	fenced: boolean;
}

const { writer, data, ledger, to, rules, files } = workerData as ReplicaOrder;

async function open(): Promise<CopyTarget> {
	if (!("folder" in to)) return boxTarget(to, rules);
	const { folder, sameDisk } = to;
	const found = statSync(folder, { throwIfNoEntry: false });
	// A folder that is made here would be on this very disk while the network disk is not mounted.
	if (!found?.isDirectory()) throw new CopyRefused(`${folder} is not there; make it, or mount its disk`);
	if (!sameDisk && found.dev === statSync(data).dev)
		throw new CopyRefused(`${folder} is on the disk of the ledger itself; is its disk mounted?`);
	return folderTarget(folder, rules);
}

const copier = startCopier({
	ledger,
	files,
	open,
	writer,
	now: () => new Date().toISOString(),
	report: (status: CopierStatus) => parentPort!.postMessage(status),
	ended: () => parentPort!.close(),
});
parentPort!.on("message", ({ fenced }: ReplicaWord) => copier.fence(fenced));
