export { FrameReader, PayloadReader, type OnFrame } from './frame-reader';
export { FRAME_HEADER_BYTES, FrameWriter } from './frame-writer';
