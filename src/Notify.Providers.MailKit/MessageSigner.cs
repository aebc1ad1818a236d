using System.Security.Cryptography;
using MimeKit;
using MimeKit.Cryptography;

namespace Notify.Providers.MailKit;

/// <summary>Signs messages with DKIM (RFC 6376).</summary>
internal sealed class MessageSigner
{
    /// <summary>RFC 8301 section 3.2: signers must use keys of at least this size.</summary>
    private const int SmallestKeyBits = 1024;

    /// <summary>
    /// The headers that a recipient sees or acts on (RFC 6376 section 5.4.1). A header that a message does not have is also
    /// signed, so that adding it invalidates the signature.
    /// </summary>
    private static readonly HeaderId[] Signed =
    [
        HeaderId.From,
        HeaderId.To,
        HeaderId.Cc,
        HeaderId.ReplyTo,
        HeaderId.Subject,
        HeaderId.Date,
        HeaderId.MessageId,
        HeaderId.MimeVersion,
        HeaderId.ContentType,
        HeaderId.ContentTransferEncoding,
        HeaderId.ListUnsubscribe,
        HeaderId.ListUnsubscribePost,
    ];

    private readonly DkimSigner _signer;

    public MessageSigner(DkimOptions options)
    {
        _signer = new DkimSigner(options.PrivateKeyFile, options.Domain, options.Selector)
        {
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            AgentOrUserIdentifier = $"@{options.Domain}",
        };
    }

    /// <summary>Finds the reason why the key in a file cannot sign; null when it can.</summary>
    public static string? FindKeyProblem(string file)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(File.ReadAllText(file));
            key.ExportParameters(includePrivateParameters: true);
            return key.KeySize < SmallestKeyBits ? $"contains a key of fewer than {SmallestKeyBits} bits" : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "cannot be read";
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return "does not contain a private RSA key in PEM";
        }
    }

    /// <summary>Signs a message. The message must not be changed afterwards.</summary>
    public void Sign(MimeMessage message)
    {
        // For a server without 8BITMIME, the message would be encoded again, which would break the signature.
        message.Prepare(EncodingConstraint.SevenBit);
        _signer.Sign(message, Signed);
    }
}
