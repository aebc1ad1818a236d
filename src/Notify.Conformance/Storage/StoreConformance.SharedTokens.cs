using Notify.Storage;

namespace Notify.Conformance;

/// <summary>This part: tokens that one node makes and all use.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_shared_token_that_nobody_made_is_not_there() =>
        Assert.Null(await Store.SharedTokens.FindAsync("key", Cancellation));

    [Fact]
    public async Task The_first_token_that_is_offered_is_kept()
    {
        var kept = await Store.SharedTokens.OfferAsync("key", Token(1, Now), Now.AddHours(-1), Cancellation);

        AssertSame(Token(1, Now), kept);
        AssertSame(Token(1, Now), await Store.SharedTokens.FindAsync("key", Cancellation));
        Assert.Null(await Store.SharedTokens.FindAsync("Key", Cancellation));
    }

    [Fact]
    public async Task A_token_that_is_not_stale_stays_and_is_what_the_offer_answers()
    {
        await Store.SharedTokens.OfferAsync("key", Token(1, Now), Now.AddHours(-1), Cancellation);

        AssertSame(
            Token(1, Now),
            await Store.SharedTokens.OfferAsync("key", Token(2, Now.AddMinutes(5)), Now.AddMilliseconds(-1), Cancellation)
        );
        AssertSame(Token(1, Now), await Store.SharedTokens.FindAsync("key", Cancellation));
    }

    [Fact]
    public async Task A_stale_token_gives_way()
    {
        await Store.SharedTokens.OfferAsync("key", Token(1, Now), Now.AddHours(-1), Cancellation);

        AssertSame(
            Token(2, Now.AddHours(1)),
            await Store.SharedTokens.OfferAsync("key", Token(2, Now.AddHours(1)), Now, Cancellation)
        );
        AssertSame(Token(2, Now.AddHours(1)), await Store.SharedTokens.FindAsync("key", Cancellation));
    }

    [Fact]
    public async Task Of_16_tokens_offered_at_the_same_time_everybody_gets_the_same()
    {
        await Store.SharedTokens.OfferAsync("key", Token(99, Now.AddHours(-1)), Now.AddDays(-1), Cancellation);

        var kept = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i =>
                    Task.Run(() =>
                        Store.SharedTokens.OfferAsync("key", Token((byte)i, Now), Now.AddMinutes(-20), Cancellation).AsTask()
                    )
                )
        );

        Assert.Single(kept.Select(token => token.Value.Span[0]).Distinct());
        Assert.NotEqual(99, kept[0].Value.Span[0]);
    }

    private static SharedToken Token(byte first, DateTimeOffset issuedAt) => new(new byte[] { first, 0, 255 }, issuedAt);

    private static void AssertSame(SharedToken expected, SharedToken? actual) =>
        Assert.Equal(
            (Convert.ToHexString(expected.Value.Span), expected.IssuedAt),
            (Convert.ToHexString(actual!.Value.Span), actual.IssuedAt)
        );
}
