/**
 * A till that orders receipts one after the other, and says after each answer that it has it: `till.ts send TOKEN FIRST` writes `a N` to
 * the report port for each job that was acknowledged. `till.ts look TOKEN N…` prints the numbers that the gateway does not know.
 */
import { openSync, writeSync } from "node:fs";

const [what, token, ...numbers] = process.argv.slice(2) as [string, string, ...string[]];
const at = "http://127.0.0.1:8080/api/v1/print-jobs";
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };

if (what === "look") {
	const [first, last] = numbers.map(Number) as [number, number];
	const lost: number[] = [];
	for (let n = first; n <= last; n++) {
		const answer = await fetch(`${at}/job-${n}`, { headers });
		await answer.arrayBuffer();
		if (answer.status !== 200) lost.push(n);
	}
	console.log(JSON.stringify(lost));
} else {
	const report = openSync("/dev/virtio-ports/lab.report", "w");
	for (let n = Number(numbers[0]); ; n++) {
		const answer = await fetch(at, { method: "POST", headers, body: JSON.stringify({ id: `job-${n}`, document: `Sale ${n}` }) });
		if (!answer.ok) writeSync(report, `refused ${answer.status} ${await answer.text()}\n`);
		else writeSync(report, `a ${n}\n`);
	}
}
