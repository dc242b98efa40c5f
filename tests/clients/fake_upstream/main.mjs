// Runs the fake upstream by itself and prints its address.
import { startFakeUpstream } from './server.mjs';

const { url } = await startFakeUpstream();
console.log(`fake_upstream: listening on ${url}`);
