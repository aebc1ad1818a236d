using System.Buffers;

namespace Notify;

/// <summary>The rules for the parts of an email beyond its texts and attachments.</summary>
internal static class EmailContentRules
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private const int MaxSubtypeLength = 64;

    /// <summary>The maximum number of broken references to report. Hostile HTML could contain thousands.</summary>
    private const int MaxErrors = 20;

    private static readonly SearchValues<char> ContentIdCharacters = SearchValues.Create(Alphanumeric + "._-+@");

    /// <summary>The characters of a media subtype: RFC 6838 section 4.2, restricted-name-chars.</summary>
    private static readonly SearchValues<char> SubtypeCharacters = SearchValues.Create(Alphanumeric + "!#$&-^_.+");

    /// <summary>Finds all errors in the content of an email.</summary>
    /// <param name="email">The email's additional parts, or null.</param>
    /// <param name="html">The HTML of the content, or null.</param>
    public static IReadOnlyList<FieldError> FindErrors(EmailContent? email, string? html)
    {
        if (email is null && html?.Contains(ContentIdReferences.Scheme, StringComparison.OrdinalIgnoreCase) != true)
            return [];

        List<FieldError> errors = [];
        if (email is not null)
        {
            CheckMailboxes(errors, email);
            EmailHeaderRules.Check(errors, email.Headers);
            CheckImages(errors, email.InlineImages ?? []);
        }

        // An image with an invalid ID cannot be referenced. Report only that error, not the broken reference as well.
        if (!errors.Exists(error => error.Field.StartsWith("email.inlineImages", StringComparison.Ordinal)))
            CheckReferences(errors, email?.InlineImages ?? [], html);
        return errors;
    }

    private static void CheckMailboxes(List<FieldError> errors, EmailContent email)
    {
        if (email.From is { } from)
        {
            CheckMailbox(errors, "email.from", from);
            if (EmailAddress.TryParse(from.Address, out var sender) && sender.NeedsUtf8)
                errors.Add(
                    new FieldError(
                        "email.from",
                        FieldErrorCodes.InvalidAddress,
                        "The part of a sender's address before the at sign must be ASCII."
                    )
                );
        }

        if (email.ReplyTo?.Count > EmailContent.MaxReplyTo)
            errors.Add(
                new FieldError(
                    "email.replyTo",
                    FieldErrorCodes.TooMany,
                    $"At most {EmailContent.MaxReplyTo} mailboxes are allowed."
                )
            );
        if ((email.Cc?.Count ?? 0) + (email.Bcc?.Count ?? 0) > EmailContent.MaxCopies)
        {
            errors.Add(
                new FieldError(
                    email.Cc?.Count > 0 ? "email.cc" : "email.bcc",
                    FieldErrorCodes.TooMany,
                    $"At most {EmailContent.MaxCopies} mailboxes are allowed in cc and bcc together."
                )
            );
        }

        CheckMailboxes(errors, "email.replyTo", email.ReplyTo);
        CheckMailboxes(errors, "email.cc", email.Cc);
        CheckMailboxes(errors, "email.bcc", email.Bcc);
    }

    private static void CheckMailboxes(List<FieldError> errors, string field, IReadOnlyList<Mailbox>? mailboxes)
    {
        for (var i = 0; i < (mailboxes?.Count ?? 0); i++)
            CheckMailbox(errors, $"{field}[{i}]", mailboxes![i]);
    }

    private static void CheckMailbox(List<FieldError> errors, string field, Mailbox? mailbox)
    {
        if (AddressFormat.FindError(Channel.Email, mailbox?.Address) is { } error)
            errors.Add(new FieldError(field, FieldErrorCodes.InvalidAddress, error));
        else if (mailbox!.Name is { } name && (name.Length > Mailbox.MaxNameLength || name.Any(char.IsControl)))
        {
            errors.Add(
                new FieldError(
                    field,
                    FieldErrorCodes.Invalid,
                    $"The name must have at most {Mailbox.MaxNameLength} characters and no control characters."
                )
            );
        }
    }

    private static void CheckImages(List<FieldError> errors, IReadOnlyList<InlineImage> images)
    {
        if (images.Count > EmailContent.MaxInlineImages)
            errors.Add(
                new FieldError(
                    "email.inlineImages",
                    FieldErrorCodes.TooMany,
                    $"At most {EmailContent.MaxInlineImages} inline images are allowed."
                )
            );
        if (images.Sum(image => (long)(image?.Bytes.Length ?? 0)) > EmailContent.MaxInlineImagesBytes)
        {
            errors.Add(
                new FieldError(
                    "email.inlineImages",
                    FieldErrorCodes.TooLarge,
                    $"The inline images exceed {EmailContent.MaxInlineImagesBytes:N0} bytes in total. Link to large images."
                )
            );
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i] is { } image)
                CheckImage(errors, $"email.inlineImages[{i}]", image, seen);
            else
                errors.Add(new FieldError($"email.inlineImages[{i}]", FieldErrorCodes.Required, "The image is required."));
        }
    }

    private static void CheckImage(List<FieldError> errors, string field, InlineImage image, HashSet<string> seen)
    {
        if (!IsContentId(image.ContentId))
        {
            errors.Add(
                new FieldError(
                    $"{field}.contentId",
                    FieldErrorCodes.Invalid,
                    $"Use 1 to {InlineImage.MaxContentIdLength} letters, digits and . _ - + @, such as logo@example.org."
                )
            );
        }
        else if (!seen.Add(image.ContentId))
            errors.Add(new FieldError($"{field}.contentId", FieldErrorCodes.Duplicate, "Another image has the same content ID."));

        if (!IsImageType(image.MediaType))
            errors.Add(
                new FieldError(
                    $"{field}.mediaType",
                    FieldErrorCodes.Invalid,
                    "Use the media type of an image, such as image/png, without parameters."
                )
            );
        if (image.Bytes.IsEmpty)
            errors.Add(new FieldError($"{field}.base64", FieldErrorCodes.Required, "The image is empty."));
        else if (image.Bytes.Length > EmailContent.MaxInlineImageBytes)
        {
            errors.Add(
                new FieldError(
                    $"{field}.base64",
                    FieldErrorCodes.TooLarge,
                    $"The image exceeds {EmailContent.MaxInlineImageBytes:N0} bytes. Use a smaller image or link to it."
                )
            );
        }
    }

    private static bool IsContentId(string? id) =>
        id is { Length: >= 1 and <= InlineImage.MaxContentIdLength } && !id.AsSpan().ContainsAnyExcept(ContentIdCharacters);

    private static bool IsImageType(string? type)
    {
        const string prefix = "image/";
        return type?.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) == true
            && type.Length - prefix.Length is >= 1 and <= MaxSubtypeLength
            && !type.AsSpan(prefix.Length).ContainsAnyExcept(SubtypeCharacters);
    }

    private static void CheckReferences(List<FieldError> errors, IReadOnlyList<InlineImage> images, string? html)
    {
        var references = ContentIdReferences.Find(html);
        var missingIds = references
            .Where(reference => images.All(image => image.ContentId != reference.ContentId))
            .DistinctBy(reference => reference.ContentId)
            .Take(MaxErrors);
        foreach (var missing in missingIds)
        {
            // Report the position instead of the ID, because an error must not contain content.
            var (line, column) = FindPlace(html!, missing.Index);
            errors.Add(
                new FieldError(
                    "html",
                    FieldErrorCodes.NotFound,
                    $"Line {line}, column {column}: No inline image has the content ID in this cid: URL."
                )
            );
        }

        for (var i = 0; i < images.Count; i++)
        {
            if (references.All(reference => reference.ContentId != images[i].ContentId))
                errors.Add(
                    new FieldError(
                        $"email.inlineImages[{i}].contentId",
                        FieldErrorCodes.Unused,
                        "The HTML does not reference this image. Reference it by cid: and its content ID, or attach it as a file."
                    )
                );
        }
    }

    private static (int Line, int Column) FindPlace(string text, int index)
    {
        var before = text.AsSpan(0, index);
        return (before.Count('\n') + 1, index - before.LastIndexOf('\n'));
    }
}
