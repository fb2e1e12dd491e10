export { FrameReader, PayloadReader, type OnFrame } from './frame-reader';
export { FrameSlots } from './frame-slots';
export { FRAME_HEADER_BYTES, FrameWriter } from './frame-writer';
