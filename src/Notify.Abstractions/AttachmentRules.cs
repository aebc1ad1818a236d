namespace Notify;

/// <summary>The rules for attachments that apply to every email provider.</summary>
internal static class AttachmentRules
{
    private const int MaxNameLength = 255;

    /// <summary>Finds all errors in the attachments of a content.</summary>
    public static IEnumerable<FieldError> FindErrors(IReadOnlyList<Attachment>? attachments)
    {
        if (attachments is null)
            yield break;

        if (attachments.Count(attachment => attachment?.Url is not null) > Attachment.MaxUrls)
            yield return new FieldError(
                "attachments",
                FieldErrorCodes.TooMany,
                $"At most {Attachment.MaxUrls} attachments by URL are allowed."
            );
        for (var i = 0; i < attachments.Count; i++)
        {
            if (FindError($"attachments[{i}]", attachments[i]) is { } error)
                yield return error;
        }
    }

    private static FieldError? FindError(string field, Attachment? attachment) =>
        attachment switch
        {
            null => new FieldError(field, FieldErrorCodes.Required, "The attachment is required."),
            { Url: null, FileName: null } => new FieldError(
                $"{field}.fileName",
                FieldErrorCodes.Required,
                "A file name is required, unless the attachment has a URL."
            ),
            { Url: null, MediaType: null } => new FieldError(
                $"{field}.mediaType",
                FieldErrorCodes.Required,
                "A media type is required, unless the attachment has a URL."
            ),
            { Url: null } => null,
            { Bytes.IsEmpty: false } => new FieldError(field, FieldErrorCodes.Conflict, "Use either url or base64, not both."),
            { FileName: { } name } when !IsFileName(name) => new FieldError(
                $"{field}.fileName",
                FieldErrorCodes.Invalid,
                $"Use a file name of 1 to {MaxNameLength} characters without a path."
            ),
            { Url.Length: > Attachment.MaxUrlLength } => new FieldError(
                $"{field}.url",
                FieldErrorCodes.TooLong,
                $"Use at most {Attachment.MaxUrlLength:N0} characters."
            ),
            { Url: { } url } when AddressFormat.FindError(Channel.Webhook, url) is not null => new FieldError(
                $"{field}.url",
                FieldErrorCodes.Invalid,
                "Use an absolute https URL without user information and without white space."
            ),
            _ => null,
        };

    private static bool IsFileName(string name) =>
        name.Length <= MaxNameLength
        && !string.IsNullOrWhiteSpace(name)
        && !name.Any(character => character is '/' or '\\' || char.IsControl(character));
}
