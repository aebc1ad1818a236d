using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests tokens that one node creates and all nodes use.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task An_unknown_shared_token_is_not_found() =>
        Assert.Null(await Store.SharedTokens.FindAsync("key", Cancellation));

    [Fact]
    public async Task The_first_offered_token_is_stored()
    {
        var kept = await Store.SharedTokens.OfferAsync("key", CreateToken(1, Now), Now.AddHours(-1), Cancellation);

        AssertSame(CreateToken(1, Now), kept);
        AssertSame(CreateToken(1, Now), await Store.SharedTokens.FindAsync("key", Cancellation));
        Assert.Null(await Store.SharedTokens.FindAsync("Key", Cancellation));
    }

    [Fact]
    public async Task A_token_that_is_not_stale_is_kept_and_returned()
    {
        await Store.SharedTokens.OfferAsync("key", CreateToken(1, Now), Now.AddHours(-1), Cancellation);

        AssertSame(
            CreateToken(1, Now),
            await Store.SharedTokens.OfferAsync("key", CreateToken(2, Now.AddMinutes(5)), Now.AddMilliseconds(-1), Cancellation)
        );
        AssertSame(CreateToken(1, Now), await Store.SharedTokens.FindAsync("key", Cancellation));
    }

    [Fact]
    public async Task A_stale_token_is_replaced()
    {
        await Store.SharedTokens.OfferAsync("key", CreateToken(1, Now), Now.AddHours(-1), Cancellation);

        AssertSame(
            CreateToken(2, Now.AddHours(1)),
            await Store.SharedTokens.OfferAsync("key", CreateToken(2, Now.AddHours(1)), Now, Cancellation)
        );
        AssertSame(CreateToken(2, Now.AddHours(1)), await Store.SharedTokens.FindAsync("key", Cancellation));
    }

    [Fact]
    public async Task Old_tokens_with_a_prefix_are_purged()
    {
        (string Name, DateTimeOffset IssuedAt)[] tokens =
        [
            ("once:a", Now),
            ("once:b", Now.AddMinutes(-1)),
            ("once:c", Now.AddMinutes(-2)),
            ("once:", Now.AddMinutes(-3)),
            ("once", Now.AddMinutes(-3)),
            ("once;", Now.AddMinutes(-3)),
            ("ONCE:d", Now.AddMinutes(-3)),
        ];
        foreach (var (name, issuedAt) in tokens)
            await Store.SharedTokens.OfferAsync(name, CreateToken(1, issuedAt), issuedAt, Cancellation);

        Assert.Equal(3, await Store.SharedTokens.PurgeAsync("once:", Now, 100, Cancellation));
        Assert.Equal(0, await Store.SharedTokens.PurgeAsync("once:", Now, 100, Cancellation));

        List<string> kept = [];
        foreach (var (name, _) in tokens)
        {
            if (await Store.SharedTokens.FindAsync(name, Cancellation) is not null)
                kept.Add(name);
        }

        Assert.Equal(["once:a", "once", "once;", "ONCE:d"], kept);
    }

    [Fact]
    public async Task Concurrent_offers_all_return_the_same_token()
    {
        await Store.SharedTokens.OfferAsync("key", CreateToken(99, Now.AddHours(-1)), Now.AddDays(-1), Cancellation);

        var kept = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i =>
                    Task.Run(() =>
                        Store
                            .SharedTokens.OfferAsync("key", CreateToken((byte)i, Now), Now.AddMinutes(-20), Cancellation)
                            .AsTask()
                    )
                )
        );

        Assert.Single(kept.Select(token => token.Value.Span[0]).Distinct());
        Assert.NotEqual(99, kept[0].Value.Span[0]);
    }

    private static SharedToken CreateToken(byte first, DateTimeOffset issuedAt) => new(new byte[] { first, 0, 255 }, issuedAt);

    private static void AssertSame(SharedToken expected, SharedToken? actual) =>
        Assert.Equal(
            (Convert.ToHexString(expected.Value.Span), expected.IssuedAt),
            (Convert.ToHexString(actual!.Value.Span), actual.IssuedAt)
        );
}
