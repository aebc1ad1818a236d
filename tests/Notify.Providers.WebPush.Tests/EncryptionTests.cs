using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.WebPush.Tests;

/// <summary>Tests the encryption against the examples in the specifications.</summary>
public sealed class EncryptionTests
{
    /// <summary>The example in RFC 8188, section 3.1.</summary>
    [Fact]
    public void The_content_coding_matches_the_example_of_RFC_8188()
    {
        byte[] body =
        [
            .. new byte[ContentCoding.GetHeaderLength(0)],
            .. "I am the walrus"u8,
            .. new byte[ContentCoding.TrailerLength],
        ];

        ContentCoding.Encrypt(body, Bytes("yqdlZ-tYemfogSmv7Ws5PQ"), Bytes("I1BsxtFttlv3u_Oo94xnmw"), []);

        Assert.Equal("I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg", Base64Url.EncodeToString(body));
    }

    /// <summary>The example in RFC 8291, section 5 and appendix A.</summary>
    [Fact]
    public void The_encryption_matches_the_example_of_RFC_8291()
    {
        var body = CreateBody("When I grow up, I want to be a watermelon");
        using var sender = CreateSender();

        Assert.True(MessageEncryption.TryEncrypt(body, Subscription(), sender, Bytes("DGv6ra1nlYgDCS1FRnbzlw")));

        Assert.Equal(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABB"
                + "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
                + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
            Base64Url.EncodeToString(body)
        );
    }

    /// <summary>RFC 8291, section 3.1, requires a new key pair and salt for each message.</summary>
    [Fact]
    public void Each_message_has_its_own_salt_and_key()
    {
        var bodies = Enumerable.Range(0, 50).Select(_ => CreateBody("Hello")).ToList();

        Assert.All(bodies, body => Assert.True(MessageEncryption.TryEncrypt(body, Subscription())));

        Assert.Equal(50, bodies.Select(body => Convert.ToHexString(body[..16])).Distinct().Count());
        Assert.Equal(50, bodies.Select(body => Convert.ToHexString(body[21..86])).Distinct().Count());
    }

    private static byte[] CreateBody(string plaintext) =>
        [
            .. new byte[MessageEncryption.HeaderLength],
            .. Encoding.UTF8.GetBytes(plaintext),
            .. new byte[MessageEncryption.TrailerLength],
        ];

    private static PushSubscription Subscription() =>
        PushSubscription.Parse(
            Keys.Subscription("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"),
            allowHttp: false,
            out _
        )!;

    private static ECDiffieHellman CreateSender() =>
        ECDiffieHellman.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                D = Bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
                Q = Point.Parse(Bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")),
            }
        );

    private static byte[] Bytes(string text) => Base64Url.DecodeFromChars(text);
}
