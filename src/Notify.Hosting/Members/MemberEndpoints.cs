using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Core.Members;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Members;

/// <summary><c>/v1/members</c>: lists, shows, saves and removes the members of a tenant.</summary>
internal static class MemberEndpoints
{
    private const string Resource = "member";

    public static void MapMembers(this RouteGroupBuilder group)
    {
        group.MapGet("/v1/members", ListAsync).ReadsQuery().Describe(MemberOperations.List);
        group.MapOtherMethods("/v1/members", "GET, HEAD");
        group.MapGet("/v1/members/{id}", FindAsync).Describe(MemberOperations.Get);
        group.MapPut("/v1/members/{id}", SaveAsync).Describe(MemberOperations.Save).Audit("member saved");
        group.MapDelete("/v1/members/{id}", RemoveAsync).Describe(MemberOperations.Remove).Audit("member removed");
        group.MapOtherMethods("/v1/members/{id}", "GET, HEAD, PUT, DELETE");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMembers members)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await members
            .ListAsync(RequestValues.GetTenant(context.Request), page.ToRequest(), context.RequestAborted)
            .ConfigureAwait(false);
        return TypedResults.Json(
            new MembersView([.. found.Items.Select(MemberView.Create)], page.Next(found.Next)),
            MembersJson.Default.MembersView
        );
    }

    private static async Task<IResult> FindAsync(HttpContext context, IMembers members)
    {
        var found = await members
            .FindAsync(RequestValues.GetTenant(context.Request), GetId(context), context.RequestAborted)
            .ConfigureAwait(false);
        if (found is null)
            return Problem.Unknown(Resource);

        RequestPrecondition.SetVersion(context.Response, found.Version);
        return RequestPrecondition.IsKnown(context.Request, found.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Json(MemberView.Create(found.Value), MembersJson.Default.MemberView);
    }

    private static Task<IResult> SaveAsync(HttpContext context, IMembers members) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var member = MemberReader.Read(body, RequestValues.GetTenant(context.Request), GetId(context));
            var precondition = RequestPrecondition.Read(context.Request, body.Errors);
            body.Errors.Add(members.Validate(member));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            try
            {
                var before = await members.FindAsync(member.Tenant, member.Id, context.RequestAborted).ConfigureAwait(false);
                var result = await members.SaveAsync(member, precondition, context.RequestAborted).ConfigureAwait(false);
                if (!result.IsSuccess)
                    return Problem.PreconditionFailed();

                AddAuditedRole(context, before?.Value, result.Value);
                RequestPrecondition.SetVersion(context.Response, result.Version);
                return TypedResults.Json(
                    MemberView.Create(result.Value!),
                    MembersJson.Default.MemberView,
                    statusCode: result.Status == ChangeStatus.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK
                );
            }
            catch (InvalidRequestException exception)
            {
                body.Errors.Add(exception.Errors);
                return Problem.InvalidFields(body.Errors);
            }
        });

    private static async Task<IResult> RemoveAsync(HttpContext context, IMembers members)
    {
        var errors = new FieldErrors();
        var precondition = RequestPrecondition.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        try
        {
            var tenant = RequestValues.GetTenant(context.Request);
            var before = await members.FindAsync(tenant, GetId(context), context.RequestAborted).ConfigureAwait(false);
            var status = await members
                .RemoveAsync(tenant, GetId(context), precondition, context.RequestAborted)
                .ConfigureAwait(false);
            if (status == ChangeStatus.PreconditionFailed)
                return Problem.PreconditionFailed();
            if (status == ChangeStatus.NotFound)
                return Problem.Unknown(Resource);

            AddAuditedRole(context, before?.Value, null);
            return TypedResults.NoContent();
        }
        catch (InvalidRequestException exception)
        {
            errors.Add(exception.Errors);
            return Problem.InvalidFields(errors);
        }
    }

    // Neither the address nor the name of the person.
    private static void AddAuditedRole(HttpContext context, Member? before, Member? after)
    {
        if (before?.Role != after?.Role)
            context.AddAuditedChange("role", GetName(before), GetName(after));

        static string? GetName(Member? member) => member is null ? null : RoleNames.Get(member.Role);
    }

    private static string GetId(HttpContext context) => MemberRules.Normalize(RequestValues.Route(context.Request, "id"));
}
