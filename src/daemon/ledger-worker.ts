import { parentPort, workerData } from "node:worker_threads";
import { flows } from "../flows/flows.ts";
import { serveLedger } from "../ledger/ledger.ts";
import { giveBackWhenAsked } from "./watch/heap.ts";

serveLedger(parentPort!, (workerData as { directory: string }).directory, flows, { bell: "scan-backlog", flow: "readScanBacklog" });
giveBackWhenAsked();
