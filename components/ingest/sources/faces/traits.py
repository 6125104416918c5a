"""What varies from face to face: build, expression and colours."""

from __future__ import annotations

from dataclasses import dataclass

from components.ingest.draws import Rng, chance, pick


@dataclass(frozen=True)
class Shape:
    """The build of a face in mm of the layout, or as factors of the average.

    Attributes:
        width: Width of the head as a factor.
        height: Height of the head as a factor.
        depth: Depth of the head as a factor.
        taper: Share by which the chin is narrower than the head between the eyes.
        eye_spacing: From the middle of the face to the middle of an eye.
        eye_width: Half the width of an eye.
        eye_height: Opening of an eye that looks ahead, without the lower third.
        eye_slant: How much higher the outer corner is than the middle of the eye.
        brow_height: Height of the brows above the eyes.
        brow_arch: Height of the brows' arch.
        brow_slant: How much higher a brow's outer end is than its inner one.
        brow_width: Half the width of a brow.
        brow_inner: From the middle of the face to a brow's inner end.
        brow_outer: From the middle of the face to a brow's outer end.
        nose_length: From the eyes down to the tip of the nose.
        nose_width: Width of the nose as a factor.
        nose_height: How far the nose stands out as a factor.
        mouth_height: From the eyes down to the line between the lips.
        mouth_width: Half the width of the mouth at rest.
        upper_lip: Height of the upper lip.
        lower_lip: Height of the lower lip.
        chin: How far the chin stands out as a factor.
        cheek: How full the cheeks are as a factor.
        ears: How far the ears stand out as a factor.
    """

    width: float
    height: float
    depth: float
    taper: float
    eye_spacing: float
    eye_width: float
    eye_height: float
    eye_slant: float
    brow_height: float
    brow_arch: float
    brow_slant: float
    brow_width: float
    brow_inner: float
    brow_outer: float
    nose_length: float
    nose_width: float
    nose_height: float
    mouth_height: float
    mouth_width: float
    upper_lip: float
    lower_lip: float
    chin: float
    cheek: float
    ears: float

    @classmethod
    def draw(cls, rng: Rng) -> Shape:
        """Draws a build around an average adult's."""
        n = rng.normal
        return cls(
            width=n(1, 0.05),
            height=n(1, 0.05),
            depth=n(1, 0.06),
            taper=n(0.08, 0.05),
            eye_spacing=n(31.5, 1.6),
            eye_width=n(11.8, 0.9),
            eye_height=n(6, 0.8),
            eye_slant=n(0.4, 0.8),
            brow_height=n(16, 2.6),
            brow_arch=n(3.5, 1.8),
            brow_slant=n(-1.2, 2.3),
            brow_width=abs(n(2, 1)) + 0.9,
            brow_inner=n(13, 2.3),
            brow_outer=n(52.5, 2),
            nose_length=n(28.5, 2.8),
            nose_width=n(1, 0.15),
            nose_height=n(1, 0.2),
            mouth_height=n(60.5, 2.2),
            mouth_width=n(26, 1.9),
            upper_lip=abs(n(5.5, 1.8)) + 1.5,
            lower_lip=abs(n(8, 1.8)) + 2,
            chin=n(1, 0.4),
            cheek=n(1, 0.6),
            ears=max(0.0, n(1, 0.5)),
        )


@dataclass(frozen=True)
class Expression:
    """What a face does at the moment.

    Attributes:
        jaw: How far the jaw drops in mm.
        smile: From -0.5 (the corners down) to 1.4 (a broad smile with teeth).
        smirk: Lift of the left corner against the right one in mm.
        pucker: Share by which the mouth narrows.
        lids: Openness of the eyes as a factor; 0 is shut.
        gaze: Turn of the eyes to the left and down, -1 to 1.
        brow_raise: Lift of the left and the right brow in mm.
        frown: How far the inner brow ends draw together and down in mm.
    """

    jaw: float
    smile: float
    smirk: float
    pucker: float
    lids: float
    gaze: tuple[float, float]
    brow_raise: tuple[float, float]
    frown: float

    @classmethod
    def draw(cls, rng: Rng) -> Expression:
        """Draws an expression: most faces smile, half of the mouths are open."""
        jaws = (0, rng.gamma(2, 2.5), rng.uniform(5, 22))
        smiles = (rng.normal(0, 0.2), rng.uniform(0.2, 1.4))
        lids = (rng.normal(1, 0.15), rng.uniform(0.35, 0.8), 0)
        lift = rng.normal(0, 2)
        return cls(
            jaw=pick(rng, jaws, (0.5, 0.4, 0.1)),
            smile=pick(rng, smiles, (0.4, 0.6)),
            smirk=rng.normal(0, 1.2),
            pucker=max(0.0, rng.normal(-0.1, 0.1)),
            lids=max(0.0, pick(rng, lids, (0.82, 0.15, 0.03))),
            gaze=(rng.normal(0, 0.35), rng.normal(0, 0.2)),
            brow_raise=(lift + rng.normal(0, 0.8), lift + rng.normal(0, 0.8)),
            frown=max(0.0, rng.normal(0, 1.5)),
        )


@dataclass(frozen=True)
class Look:
    """Colours, as the share of the light that comes back, and surface.

    Attributes:
        skin: Of the skin.
        hair: Of the hair on the head.
        brow: Of the brows.
        beard: Of the beard.
        iris: Of the iris.
        lips: Of the lips over that of the skin.
        makeup: How strongly lips and lids are painted, 0 to 1.
        age: How deep the wrinkles are, 0 to 1.
        blotches: Unevenness of the skin as a standard deviation.
        gloss: Strength of the skin's highlights.
    """

    skin: float
    hair: float
    brow: float
    beard: float
    iris: float
    lips: float
    makeup: float
    age: float
    blotches: float
    gloss: float

    @classmethod
    def draw(cls, rng: Rng) -> Look:
        """Draws colours; the fairer the skin, the more often the hair is fair or grey."""
        skin = rng.triangular(0.15, 0.75, 0.95)
        fair = chance(rng, 0.5 * skin)
        hair = rng.uniform(0.3, 0.85) if fair else rng.uniform(0.03, 0.2)
        return cls(
            skin=skin,
            hair=hair,
            brow=min(hair, skin * rng.uniform(0.3, 0.8)),
            beard=min(0.7, hair * rng.uniform(0.8, 1.5)),
            iris=pick(rng, (0.06, rng.uniform(0.1, 0.4))),
            lips=rng.uniform(0.5, 0.95),
            makeup=pick(rng, (0.0, rng.uniform(0, 1))),
            age=rng.beta(1.2, 2),
            blotches=rng.uniform(0, 0.1),
            gloss=rng.uniform(0, 0.25),
        )
