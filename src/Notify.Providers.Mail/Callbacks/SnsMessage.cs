using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>A message that SNS posts.</summary>
internal sealed partial record SnsMessage
{
    public const string Notification = "Notification";
    public const string SubscriptionConfirmation = "SubscriptionConfirmation";

    public string? Type { get; init; }

    public string? MessageId { get; init; }

    public string? TopicArn { get; init; }

    public string? Subject { get; init; }

    public string? Message { get; init; }

    public string? Timestamp { get; init; }

    public string? Token { get; init; }

    [JsonPropertyName("SubscribeURL")]
    public string? SubscribeUrl { get; init; }

    public string? SignatureVersion { get; init; }

    public string? Signature { get; init; }

    [JsonPropertyName("SigningCertURL")]
    public string? SigningCertUrl { get; init; }

    /// <summary>Reads a message; null if the body is not one.</summary>
    public static SnsMessage? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, SnsJson.Default.SnsMessage);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public bool IsSignedBy(RSAParameters key)
    {
        var signature = new byte[Signature?.Length ?? 0];
        if (Signature is null || !Convert.TryFromBase64String(Signature, signature, out var length))
            return false;

        var algorithm = SignatureVersion switch
        {
            "1" => HashAlgorithmName.SHA1,
            "2" => HashAlgorithmName.SHA256,
            _ => (HashAlgorithmName?)null,
        };
        if (algorithm is null)
            return false;

        using var rsa = RSA.Create(key);
        return rsa.VerifyData(
            Encoding.UTF8.GetBytes(CreateSignedText()),
            signature.AsSpan(0, length),
            algorithm.Value,
            RSASignaturePadding.Pkcs1
        );
    }

    /// <summary>Returns the type and the id; never the content.</summary>
    public override string ToString() => $"{Type} {MessageId}";

    // The names in the order of SNS, each with its value on the next line. A notification without a subject omits it.
    private string CreateSignedText()
    {
        (string Name, string? Value)[] fields =
            Type == Notification
                ?
                [
                    ("Message", Message),
                    ("MessageId", MessageId),
                    ("Subject", Subject),
                    ("Timestamp", Timestamp),
                    ("TopicArn", TopicArn),
                    ("Type", Type),
                ]
                :
                [
                    ("Message", Message),
                    ("MessageId", MessageId),
                    ("SubscribeURL", SubscribeUrl),
                    ("Timestamp", Timestamp),
                    ("Token", Token),
                    ("TopicArn", TopicArn),
                    ("Type", Type),
                ];
        return string.Concat(fields.Where(field => field.Value is not null).Select(field => $"{field.Name}\n{field.Value}\n"));
    }

    [JsonSerializable(typeof(SnsMessage))]
    private sealed partial class SnsJson : JsonSerializerContext;
}
