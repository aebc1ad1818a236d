using System.Security.Cryptography;
using System.Text;
using Notify.FakeGateways.WebPush;

namespace Notify.FakeGateways.Tests;

/// <summary>The fake accepts the examples in the specifications and refuses anything that deviates from them.</summary>
public sealed class WebPushSpecificationTests
{
    /// <summary>The example of RFC 8292 section 2.4.</summary>
    private const string Authorization =
        "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9."
        + "eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1h"
        + "aWx0bzpwdXNoQGV4YW1wbGUuY29tIn0."
        + "i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, "
        + "k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

    private static readonly DateTimeOffset Expiry = DateTimeOffset.FromUnixTimeSeconds(1453523768);

    /// <summary>The examples of RFC 8188 sections 3.1 (one record) and 3.2 (two records, the first one padded).</summary>
    [Theory]
    [InlineData("yqdlZ-tYemfogSmv7Ws5PQ", "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg")]
    [InlineData(
        "BO3ZVPxUlnLORbVGMpbT1Q",
        "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA"
    )]
    public void The_examples_of_rfc_8188_can_be_decrypted(string inputKey, string body)
    {
        var message = Aes128GcmMessage.Parse(Bytes(body));

        Assert.Equal("I am the walrus", Encoding.UTF8.GetString(message.Decrypt(Bytes(inputKey))));
    }

    /// <summary>The example of RFC 8291 section 5.</summary>
    [Fact]
    public void The_example_of_rfc_8291_can_be_decrypted()
    {
        using var subscription = Rfc8291Subscription();

        Assert.Equal("When I grow up, I want to be a watermelon", subscription.Decrypt(Rfc8291Body()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(143)]
    public void A_message_with_a_flipped_bit_is_refused(int position)
    {
        using var subscription = Rfc8291Subscription();
        var body = Rfc8291Body();
        body[position] ^= 1;

        Assert.ThrowsAny<Exception>(() => subscription.Decrypt(body));
    }

    [Fact]
    public void The_token_of_rfc_8292_is_valid()
    {
        Assert.StartsWith(
            "BA1Hxzyi",
            VapidVerifier.Verify(Authorization, "https://push.example.net", Expiry.AddHours(-23)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_invalid_token_is_refused()
    {
        var now = Expiry.AddHours(-1);
        (string Authorization, string Origin, DateTimeOffset Now)[] wrong =
        [
            ("", "https://push.example.net", now),
            (Authorization.Replace("vapid", "WebPush", StringComparison.Ordinal), "https://push.example.net", now),
            (Authorization.Replace("i3CYb7t4", "i3CYb7t5", StringComparison.Ordinal), "https://push.example.net", now),
            (Authorization, "https://push.example.com", now),
            (Authorization, "https://push.example.net", Expiry),
            (Authorization, "https://push.example.net", Expiry.AddHours(-25)),
        ];

        Assert.All(wrong, header =>
            Assert.Equal(
                401,
                Assert.Throws<PushRefusal>(() => VapidVerifier.Verify(header.Authorization, header.Origin, header.Now)).Status
            )
        );
    }

    private static BrowserSubscription Rfc8291Subscription()
    {
        var point = Bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        var key = ECDiffieHellman.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                D = Bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
                Q = new ECPoint { X = point[1..33], Y = point[33..] },
            }
        );
        return new BrowserSubscription(new Uri("https://push.example.net"), null, key, Bytes("BTBZMqHH6r4Tts7J_aSIgg"));
    }

    private static byte[] Rfc8291Body() =>
        Bytes(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABB"
                + "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
                + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );

    private static byte[] Bytes(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
