from hub.kernel.reasons import SENTENCES, Reason, Rejected


def test_every_reason_has_its_sentence_in_both_languages():
    assert set(SENTENCES) == set(Reason)
    for zh, en in SENTENCES.values():
        assert not zh.isascii()
        assert en.isascii()


def test_a_sentence_names_what_was_found():
    rejected = Rejected(key=("plan", "7"), reason=Reason.UNKNOWN_TRACK, found="99")
    assert rejected.zh == "未知股道: 99"
    assert rejected.en == "the station has no such track: 99"
    assert Rejected(key=("plan", "7"), reason=Reason.NO_NUMBER).zh == "没有车次"
