// What do all entry points share as one file? bundle.ts puts this before each of them, so that they have it in common.
// Without it there is a file for every set of entry points that share something, and each file costs an import 0.3 ms.
// Proofs are not here: who imports `hookgate` alone would parse them for nothing. `hookgate/auth` and `hookgate/senders`
// share them as a second file. These few others have too, and would be files of their own.
import "../src/auth/request/signable-request.js";
import "../src/auth/request/write-field.js";
import "../src/body-formats/format.js";
import "../src/index.js";
import "../src/lib/body-fields.js";
import "../src/lib/constant-time.js";
