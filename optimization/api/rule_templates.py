"""Rule templates: listed in a currency, adopted as rules of one's own."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from optimization.api.errors import Refused
from optimization.api.once import once
from optimization.api.params import Body, read
from optimization.api.rule_fields import RuleAnswer
from optimization.api.rules import accounts_to_rule, user_of
from optimization.rules.selectors import reach_of
from optimization.rules.services import AdoptionRefused, adopt_for_each_currency, converter
from optimization.rules.templates import TEMPLATES


class TemplateQuery(serializers.Serializer[Any]):
    currency = serializers.CharField(required=False, default="USD", min_length=3, max_length=3)


class TemplateFields(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    level = serializers.CharField()
    priority = serializers.IntegerField()
    description = serializers.CharField()
    document = serializers.DictField(help_text="With amounts in the currency asked for.")


class TemplatesView(APIView):
    """Rules that are ready to adopt."""

    @extend_schema(operation_id="rule_templates", parameters=[TemplateQuery], responses=TemplateFields(many=True))
    def get(self, request: Request) -> Response:
        try:
            usd = converter(read(TemplateQuery, request)["currency"].upper())
        except AdoptionRefused as refused:
            raise Refused(str(refused), "currency") from refused
        names = ("key", "name", "category", "level", "priority", "description")
        shown = [
            {**{name: getattr(one, name) for name in names}, "document": one.document(usd)}
            for one in TEMPLATES.values()
        ]
        return Response(TemplateFields(shown, many=True).data)


class Adopt(Body):
    accounts = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=1000)


class AdoptView(APIView):
    """A template as rules of one's own."""

    @extend_schema(operation_id="rule_adopt", request=Adopt, responses={201: RuleAnswer(many=True)})
    @once
    def post(self, request: Request, key: str) -> Response:
        """One rule per currency of the accounts, off; adopted again for the same accounts, the one already there."""
        asked = Adopt(data=request.data)
        asked.is_valid(raise_exception=True)
        if key not in TEMPLATES:
            raise NotFound(f"There is no template {key}.")
        accounts = accounts_to_rule(request, asked.validated_data["accounts"])
        try:
            made = adopt_for_each_currency(key, accounts, user_of(request), business_now(accounts[0]))
        except AdoptionRefused as refused:
            raise Refused(str(refused), "accounts") from refused
        shown = RuleAnswer(made, many=True, context={"reach": reach_of(request.user)})
        return Response(shown.data, status=status.HTTP_201_CREATED)
