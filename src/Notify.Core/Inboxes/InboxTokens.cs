using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Options;
using Notify.Core.Signing;
using Notify.Core.Validation;

namespace Notify.Core.Inboxes;

/// <summary>
/// Creates and verifies the tokens of users. A token signs the tenant, the user and its expiry, and nothing is stored: it works
/// on every node that has the key, until it expires.
/// </summary>
internal sealed class InboxTokens(IOptions<InboxOptions> options, TimeProvider time) : IInboxTokens
{
    private const string Purpose = "inbox-1";

    private readonly SignedText? _signed =
        options.Value.TokenKeys.Count == 0 ? null : new SignedText(Purpose, options.Value.TokenKeys);

    public InboxToken Create(string tenant, string userId)
    {
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", tenant);
        Names.Check(errors, "userId", userId);
        if (_signed is null)
            errors.Add(
                new FieldError(
                    "tokenKeys",
                    FieldErrorCodes.Required,
                    "The service has no key for inbox tokens. Its operator sets InboxOptions.TokenKeys."
                )
            );
        InvalidRequestException.ThrowIfAny(errors);

        var expiresAt = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + options.Value.TokenLifetime).ToUnixTimeSeconds());
        var expiry = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new InboxToken(_signed!.Create(tenant, userId, expiry), expiresAt);
    }

    public bool TryRead(string token, [NotNullWhen(true)] out InboxUser? user)
    {
        user = null;
        if (
            _signed is null
            || !_signed.TryRead(token, out var parts)
            || parts is not [var tenant, var userId, var expiry]
            || !long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        )
            return false;

        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (expiresAt <= time.GetUtcNow())
            return false;

        user = new InboxUser(tenant, userId, expiresAt);
        return true;
    }
}
