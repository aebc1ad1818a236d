using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary><c>/v1/users/{id}</c>: saves, shows, lists and removes the profiles of users.</summary>
internal static class UserEndpoints
{
    public static Task<IResult> SaveAsync(HttpContext context, IRecipients recipients) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var user = UserReader.Read(
                body,
                RequestValues.GetTenant(context.Request),
                RequestValues.Route(context.Request, "id")
            );
            var precondition = RequestPrecondition.Read(context.Request, body.Errors);
            body.Errors.Add(recipients.Validate(user));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var result = await recipients.SaveUserAsync(user, precondition, context.RequestAborted).ConfigureAwait(false);
            return CreateResult(context.Response, result.Status, result.Version, result.Warnings);
        });

    public static async Task<IResult> FindAsync(HttpContext context, IRecipients recipients)
    {
        var id = RequestValues.Route(context.Request, "id");
        var found = await recipients
            .FindUserAsync(RequestValues.GetTenant(context.Request), id, context.RequestAborted)
            .ConfigureAwait(false);
        if (found is null)
            return Problem.Unknown("user");

        RequestPrecondition.SetVersion(context.Response, found.Version);
        return RequestPrecondition.IsKnown(context.Request, found.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Json(found.Value, RecipientsJson.Default.User);
    }

    public static async Task<IResult> ListAsync(HttpContext context, IRecipients recipients)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await recipients
            .ListUsersAsync(RequestValues.GetTenant(context.Request), page.ToRequest(), context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(new UsersView(found.Items, page.Next(found.Next)), RecipientsJson.Default.UsersView);
    }

    public static async Task<IResult> RemoveAsync(HttpContext context, IRecipients recipients)
    {
        var errors = new FieldErrors();
        var precondition = RequestPrecondition.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var id = RequestValues.Route(context.Request, "id");
        var tenant = RequestValues.GetTenant(context.Request);
        var status = await recipients.RemoveUserAsync(tenant, id, precondition, context.RequestAborted).ConfigureAwait(false);
        return CreateResult(context.Response, status);
    }

    /// <summary>Creates the response to a change of a user: 201, 204, or 200 with the warnings if there are any.</summary>
    public static IResult CreateResult(
        HttpResponse response,
        ChangeStatus status,
        string? version = null,
        IReadOnlyList<FieldWarning>? warnings = null
    )
    {
        RequestPrecondition.SetVersion(response, version);
        var code = status == ChangeStatus.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        return status switch
        {
            ChangeStatus.NotFound => Problem.Unknown("user"),
            ChangeStatus.PreconditionFailed => Problem.PreconditionFailed(),
            _ when warnings is { Count: > 0 } => TypedResults.Json(
                new WarningsView(warnings),
                RecipientsJson.Default.WarningsView,
                statusCode: code
            ),
            ChangeStatus.Created => TypedResults.Created(),
            _ => TypedResults.NoContent(),
        };
    }
}
