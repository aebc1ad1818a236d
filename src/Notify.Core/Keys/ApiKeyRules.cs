using Notify.Core.Validation;

namespace Notify.Core.Keys;

/// <summary>Validates drafts of API keys.</summary>
internal static class ApiKeyRules
{
    /// <summary>
    /// The scopes that only live keys may have. A test key that manages keys could create a live one, and one that replays dead
    /// letters could send them.
    /// </summary>
    private const ApiScope OnlyLive = ApiScope.Manage | ApiScope.Admin | ApiScope.Platform;

    private const ApiScope All = ApiScope.Send | ApiScope.Read | OnlyLive;

    public static IReadOnlyList<FieldError> FindErrors(ApiKeyDraft draft, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", draft.Tenant);
        Names.Check(errors, "name", draft.Name);
        if (!Enum.IsDefined(draft.Kind))
            errors.Add(new FieldError("kind", FieldErrorCodes.Invalid, "Use live, test or team."));
        if (draft.Scopes == ApiScope.None)
            errors.Add(
                new FieldError("scopes", FieldErrorCodes.Required, "Use at least one of send, read, manage, admin and platform.")
            );
        else if ((draft.Scopes & ~All) != 0)
            errors.Add(new FieldError("scopes", FieldErrorCodes.Invalid, "Use send, read, manage, admin and platform."));
        else if (draft.Kind != ApiKeyKind.Live && (draft.Scopes & OnlyLive) != 0)
            errors.Add(
                new FieldError("scopes", FieldErrorCodes.Conflict, "A key of the kind test or team can have only send and read.")
            );
        if (draft.ExpiresAt <= now)
            errors.Add(new FieldError("expiresAt", FieldErrorCodes.OutOfRange, "Use a time in the future."));
        return errors;
    }
}
