using Notify.Hosting.Problems;
using Notify.Hosting.Recipients;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>Reads the lines of an import of users. A line is a user as <c>PUT /v1/users/{id}</c> takes it, with its id.</summary>
internal static class UserLineReader
{
    public static UserImportLine Read(BodyLine line, string tenant, long maxLineBytes)
    {
        if (line.IsTooLong)
            return Refuse(line, Problem.LineTooLarge(maxLineBytes), FieldErrorCodes.TooLarge);
        if (!RequestBody.TryParse(line.Bytes, out var document, out var refusal))
            return Refuse(line, refusal, FieldErrorCodes.Invalid);

        using (document)
        {
            var errors = new FieldErrors();
            var body = JsonField.Root(document.RootElement, errors);
            var id = body.Members().FirstOrDefault(field => field.Name == "id")?.Text();
            var user = UserReader.Read(body, tenant, id ?? "");
            if (id is null)
                errors.Add("id", FieldErrorCodes.Required, "Send the id of the user.");
            return new UserImportLine
            {
                Line = line.Number,
                // The properties refer to the document, which is disposed here.
                User = errors.Any ? null : user with { Properties = user.Properties?.Clone() },
                Errors = errors.All,
            };
        }
    }

    private static UserImportLine Refuse(BodyLine line, ProblemResult problem, string code) =>
        new()
        {
            Line = line.Number,
            Errors = [new FieldError(JsonField.RootPath, code, $"{problem.Type.Title} {problem.Detail}")],
        };
}
