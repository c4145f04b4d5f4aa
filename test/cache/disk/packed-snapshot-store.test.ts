import { snapshotStoreSuite } from "../../contract/snapshot-store-suite.ts";
import { createPackedPlace } from "./packed-place.ts";

snapshotStoreSuite("packed", createPackedPlace, { files: true, faults: true });
