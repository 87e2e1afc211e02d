/** Whether a head office process can do its work. Each part is `well`, or why it is not, in a few words. */
export interface Readiness {
	ready: boolean;
	database: string;
	/** The broker that carries the line to the stores. */
	line: string;
	/** Left out where the process keeps no data on a disk. */
	disk?: string;
}
