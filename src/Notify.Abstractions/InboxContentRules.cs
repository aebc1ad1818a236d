namespace Notify;

/// <summary>The rules for the parts of an inbox item besides its texts.</summary>
internal static class InboxContentRules
{
    private const string InvalidUrl =
        "Use an absolute http or https URL, or a path that begins with one slash, without white space and backslashes.";

    /// <summary>Finds all errors. Their fields are relative to the content.</summary>
    public static IEnumerable<FieldError> FindErrors(InboxContent? inbox)
    {
        if (inbox is null)
            yield break;

        if (inbox.Url is { } url && FindUrlError("inbox.url", url) is { } urlError)
            yield return urlError;
        if (inbox.ImageUrl is { } image && FindUrlError("inbox.imageUrl", image) is { } imageError)
            yield return imageError;
        if (inbox.Actions?.Count > InboxContent.MaxActions)
            yield return new FieldError(
                "inbox.actions",
                FieldErrorCodes.TooMany,
                $"Use at most {InboxContent.MaxActions} actions."
            );
        for (var i = 0; i < (inbox.Actions?.Count ?? 0); i++)
        {
            foreach (var error in FindErrors($"inbox.actions[{i}]", inbox.Actions![i]))
                yield return error;
        }
    }

    /// <summary>Determines whether two have the same parts.</summary>
    public static bool AreSame(InboxContent? one, InboxContent? other) =>
        one?.Url == other?.Url
        && one?.ImageUrl == other?.ImageUrl
        && (one?.Actions ?? []).SequenceEqual(other?.Actions ?? [])
        && one is null == other is null;

    private static IEnumerable<FieldError> FindErrors(string field, InboxAction? action)
    {
        if (action is null)
        {
            yield return new FieldError(field, FieldErrorCodes.Required, "An action is required.");
            yield break;
        }

        if (string.IsNullOrWhiteSpace(action.Label))
            yield return new FieldError($"{field}.label", FieldErrorCodes.Required, "A label is required.");
        else if (action.Label.Length > InboxAction.MaxLabelLength)
            yield return new FieldError(
                $"{field}.label",
                FieldErrorCodes.TooLong,
                $"Use at most {InboxAction.MaxLabelLength} characters."
            );
        else if (action.Label.Any(char.IsControl))
            yield return new FieldError($"{field}.label", FieldErrorCodes.InvalidText, "Control characters are not allowed.");
        if (FindUrlError($"{field}.url", action.Url) is { } urlError)
            yield return urlError;
    }

    private static FieldError? FindUrlError(string field, string? url) =>
        url switch
        {
            null or "" => new FieldError(field, FieldErrorCodes.Required, "A URL is required."),
            { Length: > InboxContent.MaxUrlLength } => new FieldError(
                field,
                FieldErrorCodes.TooLong,
                $"Use at most {InboxContent.MaxUrlLength:N0} characters."
            ),
            _ => IsPath(url) || AddressFormat.FindError(Channel.Webhook, url) is null
                ? null
                : new FieldError(field, FieldErrorCodes.Invalid, InvalidUrl),
        };

    // Browsers read two slashes, and a slash with a backslash, as the beginning of another host.
    private static bool IsPath(string url) =>
        url[0] == '/'
        && !url.StartsWith("//", StringComparison.Ordinal)
        && !url.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character == '\\');
}
