-- The part of TPC-DS's star schema that the queries of the group tpcds read. PostgreSQL 14 to 18.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE DATABASE warehouse TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
ALTER DATABASE warehouse SET search_path = public;
\connect warehouse
CREATE TABLE date_dim (
  d_date_sk int PRIMARY KEY, d_date date, d_month_seq int, d_week_seq int, d_year int, d_moy int, d_dom int, d_qoy int, d_dow int,
  d_day_name char(9), d_quarter_name char(6));
CREATE TABLE item (
  i_item_sk int PRIMARY KEY, i_item_id char(16), i_item_desc varchar(200), i_current_price numeric(7,2), i_brand_id int,
  i_brand char(50), i_class_id int, i_class char(50), i_category_id int, i_category char(50), i_manufact_id int,
  i_manufact char(50), i_manager_id int, i_product_name char(50), i_color char(20), i_size char(20), i_units char(10));
CREATE TABLE store (
  s_store_sk int PRIMARY KEY, s_store_id char(16), s_store_name varchar(50), s_company_id int, s_company_name varchar(50),
  s_number_employees int, s_city varchar(60), s_county varchar(30), s_state char(2), s_zip char(10), s_gmt_offset numeric(5,2));
CREATE TABLE customer_address (
  ca_address_sk int PRIMARY KEY, ca_address_id char(16), ca_city varchar(60), ca_county varchar(30), ca_state char(2),
  ca_zip char(10), ca_country varchar(20), ca_gmt_offset numeric(5,2), ca_location_type char(20));
CREATE TABLE customer_demographics (
  cd_demo_sk int PRIMARY KEY, cd_gender char(1), cd_marital_status char(1), cd_education_status char(20),
  cd_purchase_estimate int, cd_credit_rating char(10), cd_dep_count int);
CREATE TABLE household_demographics (hd_demo_sk int PRIMARY KEY, hd_income_band_sk int, hd_buy_potential char(15), hd_dep_count int, hd_vehicle_count int);
CREATE TABLE promotion (p_promo_sk int PRIMARY KEY, p_channel_email char(1), p_channel_event char(1), p_channel_tv char(1));
CREATE TABLE customer (
  c_customer_sk int PRIMARY KEY, c_customer_id char(16), c_current_cdemo_sk int, c_current_hdemo_sk int,
  c_current_addr_sk int, c_salutation char(10), c_first_name char(20), c_last_name char(30), c_preferred_cust_flag char(1),
  c_birth_year int, c_birth_country varchar(20), c_email_address char(50));
CREATE TABLE store_sales (
  ss_sold_date_sk int, ss_sold_time_sk int, ss_item_sk int, ss_customer_sk int, ss_cdemo_sk int, ss_hdemo_sk int, ss_addr_sk int,
  ss_store_sk int, ss_promo_sk int, ss_ticket_number bigint, ss_quantity int, ss_wholesale_cost numeric(7,2),
  ss_list_price numeric(7,2), ss_sales_price numeric(7,2), ss_ext_discount_amt numeric(7,2), ss_ext_sales_price numeric(7,2),
  ss_ext_list_price numeric(7,2), ss_ext_tax numeric(7,2), ss_coupon_amt numeric(7,2), ss_net_paid numeric(7,2), ss_net_profit numeric(7,2),
  PRIMARY KEY (ss_item_sk, ss_ticket_number));
CREATE TABLE store_returns (
  sr_returned_date_sk int, sr_item_sk int, sr_customer_sk int, sr_store_sk int, sr_ticket_number bigint, sr_return_quantity int,
  sr_return_amt numeric(7,2), sr_net_loss numeric(7,2), PRIMARY KEY (sr_item_sk, sr_ticket_number));
CREATE TABLE web_sales (
  ws_sold_date_sk int, ws_item_sk int, ws_bill_customer_sk int, ws_ship_date_sk int, ws_order_number bigint, ws_quantity int,
  ws_list_price numeric(7,2), ws_sales_price numeric(7,2), ws_ext_discount_amt numeric(7,2), ws_ext_sales_price numeric(7,2),
  ws_ext_list_price numeric(7,2), ws_net_paid numeric(7,2), ws_net_profit numeric(7,2), ws_bill_addr_sk int, PRIMARY KEY (ws_item_sk, ws_order_number));
CREATE TABLE catalog_sales (
  cs_sold_date_sk int, cs_item_sk int, cs_bill_customer_sk int, cs_bill_cdemo_sk int, cs_order_number bigint, cs_quantity int,
  cs_list_price numeric(7,2), cs_sales_price numeric(7,2), cs_ext_discount_amt numeric(7,2), cs_ext_sales_price numeric(7,2),
  cs_coupon_amt numeric(7,2), cs_net_profit numeric(7,2), cs_promo_sk int, cs_warehouse_sk int, PRIMARY KEY (cs_item_sk, cs_order_number));
CREATE TABLE inventory (inv_date_sk int, inv_item_sk int, inv_warehouse_sk int, inv_quantity_on_hand int, PRIMARY KEY (inv_date_sk, inv_item_sk, inv_warehouse_sk));
CREATE TABLE warehouse (w_warehouse_sk int PRIMARY KEY, w_warehouse_name varchar(20), w_state char(2));
