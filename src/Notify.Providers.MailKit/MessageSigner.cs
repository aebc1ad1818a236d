using System.Security.Cryptography;
using MimeKit;
using MimeKit.Cryptography;

namespace Notify.Providers.MailKit;

/// <summary>Signs messages by DKIM (RFC 6376).</summary>
internal sealed class MessageSigner
{
    /// <summary>RFC 8301 section 3.2: signers must use keys of at least this size.</summary>
    private const int SmallestKeyBits = 1024;

    /// <summary>What a recipient sees or acts on (RFC 6376 section 5.4.1). What a message lacks is signed as lacking.</summary>
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

    /// <summary>Why a file's key cannot sign, or null when it can.</summary>
    public static string? ProblemOfKey(string file)
    {
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(File.ReadAllText(file));
            key.ExportParameters(includePrivateParameters: true);
            return key.KeySize < SmallestKeyBits ? $"holds a key of fewer than {SmallestKeyBits} bits" : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "cannot be read";
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return "holds no private RSA key in PEM";
        }
    }

    /// <summary>Signs a message, which must not change from then on.</summary>
    public void Sign(MimeMessage message)
    {
        // A server that lacks 8BITMIME would have it encoded anew, which would break the signature.
        message.Prepare(EncodingConstraint.SevenBit);
        _signer.Sign(message, Signed);
    }
}
