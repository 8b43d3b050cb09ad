package hevc

// The contexts of intra slices (9.3.2.2), by where those of a syntax element begin.
const (
	ctxSAOMerge       = 0
	ctxSAOType        = 1
	ctxSplitCU        = 2
	ctxBypass         = 5
	ctxPartMode       = 6
	ctxPrevMode       = 7
	ctxChromaMode     = 8
	ctxSplitTransform = 9
	ctxCBFLuma        = 12
	ctxCBFChroma      = 14
	ctxQPDelta        = 19
	ctxTransformSkip  = 21
	ctxLastX          = 23
	ctxLastY          = 41
	ctxSubBlock       = 59
	ctxSignificant    = 63
	ctxGreater1       = 105
	ctxGreater2       = 129
	contextCount      = 135
)

// contexts are the states, each twice pStateIdx and valMps.
type contexts [contextCount]uint8

// initValues are those of initType 0 (tables 9-5 to 9-37).
var initValues = [contextCount]uint8{
	153,           // sao_merge_left_flag, sao_merge_up_flag
	200,           // sao_type_idx
	139, 141, 157, // split_cu_flag
	154,           // cu_transquant_bypass_flag
	184,           // part_mode
	184,           // prev_intra_luma_pred_flag
	63,            // intra_chroma_pred_mode
	153, 138, 138, // split_transform_flag
	111, 141, // cbf_luma
	94, 138, 182, 154, 154, // cbf_cb, cbf_cr
	154, 154, // cu_qp_delta_abs
	139, 139, // transform_skip_flag
	// last_sig_coeff_x_prefix, then y
	110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63,
	110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63,
	91, 171, 134, 141, // coded_sub_block_flag
	// sig_coeff_flag
	111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179,
	153, 125, 107, 125, 141, 179, 153, 125, 107, 125, 141, 179, 153,
	125, 140, 139, 182, 182, 152, 136, 152, 136, 153, 136, 139, 111, 136, 139, 111,
	// coeff_abs_level_greater1_flag
	140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92, 139, 107, 122, 152, 140, 179, 166, 182, 140, 227, 122, 197,
	138, 153, 136, 167, 152, 152, // coeff_abs_level_greater2_flag
}

// reset sets the states that a slice of a quantization begins with.
func (c *contexts) reset(qp int) {
	qp = min(max(qp, 0), 51)
	for i, v := range initValues {
		slope, offset := int(v>>4)*5-45, int(v&15)<<3-16
		state := min(max(slope*qp>>4+offset, 1), 126)
		if state <= 63 {
			c[i] = uint8(63-state) << 1
		} else {
			c[i] = uint8(state-64)<<1 | 1
		}
	}
}
